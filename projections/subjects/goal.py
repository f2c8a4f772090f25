"""SMART goals as they stand: the relationship's goals by id, each field with the moment that set it.

Facts may arrive late, so a field keeps the value that happened last. A goal that was reached or given up
never opens again by a late fact; the later of the two ends wins.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, assert_never

import msgspec
from msgspec.structs import replace

from events.event import Happened
from events.subjects.goal import GoalAchieved, GoalDropped, GoalProgressed, GoalRevised, GoalSet

GoalEvent = GoalSet | GoalRevised | GoalProgressed | GoalAchieved | GoalDropped

OPEN, ACHIEVED, DROPPED = "open", "achieved", "dropped"
CRITERIA = ("specific", "measurable", "achievable", "relevant", "due_on")


class Goal(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One goal: status is open, achieved or dropped; percent is 0 to 100.

    versions are the stream versions that set its criteria; revised_at holds the moment of each criterion that
    was revised (the others are as old as set_at).
    """

    specific: str
    measurable: str = ""
    achievable: str = ""
    relevant: str = ""
    due_on: date | None = None
    set_at: datetime
    status: str = OPEN
    status_at: datetime
    percent: int = 0
    percent_at: datetime | None = None
    revisions: int = 0
    revised_at: dict[str, datetime] = {}
    corrected: bool = False
    corrected_by: int | None = None
    versions: tuple[int, ...] = ()


class Goals(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """All goals of one relationship by goal id, in the order in which they were written down."""

    by_id: dict[str, Goal] = {}

    @property
    def open(self) -> int:
        """How many are neither achieved nor dropped."""
        return self._count(OPEN)

    @property
    def achieved(self) -> int:
        """How many were reached."""
        return self._count(ACHIEVED)

    @property
    def total(self) -> int:
        """How many were ever set."""
        return len(self.by_id)

    def _count(self, status: str) -> int:
        return sum(goal.status == status for goal in self.by_id.values())


def evolve(goals: Goals, happened: Happened[GoalEvent]) -> Goals:
    """The goals after one more event; an event about an unknown goal changes nothing."""
    data = happened.data
    if isinstance(data, GoalSet):
        return goals if data.goal_id in goals.by_id else _with(goals, data.goal_id, _set(data, happened))
    goal = goals.by_id.get(data.goal_id)
    if goal is None:
        return goals
    return _with(goals, data.goal_id, _after(goal, data, happened))


def _after(
    goal: Goal, data: GoalRevised | GoalProgressed | GoalAchieved | GoalDropped, happened: Happened[GoalEvent]
) -> Goal:
    at = happened.occurred_at
    match data:
        case GoalRevised():
            return _revised(goal, data, happened)
        case GoalProgressed():
            return _progressed(goal, data.percent, at)
        case GoalAchieved():
            return _ended(_progressed(goal, 100, at), ACHIEVED, at)
        case GoalDropped():
            return _ended(goal, DROPPED, at)
        case _:
            assert_never(data)


def _with(goals: Goals, goal_id: str, goal: Goal) -> Goals:
    return Goals(by_id={**goals.by_id, goal_id: goal})


def _set(data: GoalSet, happened: Happened[GoalEvent]) -> Goal:
    return Goal(
        specific=data.specific,
        measurable=data.measurable,
        achievable=data.achievable,
        relevant=data.relevant,
        due_on=data.due_on,
        set_at=happened.occurred_at,
        status_at=happened.occurred_at,
        versions=(happened.stream_version,),
    )


def _revised(goal: Goal, data: GoalRevised, happened: Happened[GoalEvent]) -> Goal:
    at = happened.occurred_at
    given = {name: value for name in CRITERIA if (value := getattr(data, name)) is not None}
    since = goal.revised_at
    newer: dict[str, Any] = {name: v for name, v in given.items() if at >= since.get(name, goal.set_at)}
    return replace(
        goal,
        revisions=goal.revisions + 1,
        revised_at={**since, **dict.fromkeys(newer, at)},
        corrected=goal.corrected or data.corrects is not None,
        corrected_by=goal.corrected_by if data.corrects is None else happened.stream_version,
        versions=(*goal.versions, happened.stream_version),
        **newer,
    )


def _progressed(goal: Goal, percent: int, at: datetime) -> Goal:
    if goal.percent_at is not None and at < goal.percent_at:
        return goal
    return replace(goal, percent=percent, percent_at=at)


def _ended(goal: Goal, status: str, at: datetime) -> Goal:
    if goal.status != OPEN and at < goal.status_at:
        return goal
    return replace(goal, status=status, status_at=at)
