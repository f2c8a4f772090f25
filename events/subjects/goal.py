"""SMART goals (specific, measurable, achievable, relevant, time-bound). In the relationship's stream."""

from __future__ import annotations

from datetime import date

from events.event import Event


class GoalSet(Event):
    """A goal was set, each criterion in its own field; due_on is the time-bound one."""

    TYPE = "relationship.goal_set"
    goal_id: str
    specific: str
    measurable: str = ""
    achievable: str = ""
    relevant: str = ""
    due_on: date | None = None


class GoalRevised(Event):
    """Criteria of a goal changed; a field that is not given stays. corrects: the stream version of a mistaken event."""

    TYPE = "relationship.goal_revised"
    goal_id: str
    specific: str | None = None
    measurable: str | None = None
    achievable: str | None = None
    relevant: str | None = None
    due_on: date | None = None
    reason: str = ""
    corrects: int | None = None


class GoalProgressed(Event):
    """How far a goal is: percent from 0 to 100."""

    TYPE = "relationship.goal_progressed"
    goal_id: str
    percent: int
    note: str = ""


class GoalAchieved(Event):
    """A goal was reached; evidence says how one knows."""

    TYPE = "relationship.goal_achieved"
    goal_id: str
    evidence: str = ""


class GoalDropped(Event):
    """A goal was given up."""

    TYPE = "relationship.goal_dropped"
    goal_id: str
    reason: str
