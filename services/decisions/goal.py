"""SMART goals: set, revised, progressed, achieved, dropped."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, assert_never

from events.event import Event
from events.subjects.goal import GoalAchieved, GoalDropped, GoalProgressed, GoalRevised, GoalSet
from projections.subjects.goal import ACHIEVED, CRITERIA, DROPPED, OPEN, Goal
from projections.subjects.relationship import RelationshipState
from services.errors import NotFound, Refused
from services.within import WithinRelationship, earliest_today, moment, must_be_percent, must_run, must_say
from services.world import World


class SetGoal(WithinRelationship, frozen=True, kw_only=True):
    """Set a goal under a new id; specific is what shall be reached, due_on its last day."""

    goal_id: str
    specific: str
    measurable: str = ""
    achievable: str = ""
    relevant: str = ""
    due_on: date | None = None
    occurred_at: datetime | None = None


class ReviseGoal(WithinRelationship, frozen=True, kw_only=True):
    """Change criteria; None leaves one as it is. corrects: the version of the event that was a mistake."""

    goal_id: str
    specific: str | None = None
    measurable: str | None = None
    achievable: str | None = None
    relevant: str | None = None
    due_on: date | None = None
    reason: str = ""
    corrects: int | None = None
    occurred_at: datetime | None = None


class ProgressGoal(WithinRelationship, frozen=True, kw_only=True):
    """Say how far a goal is, 0 to 100 percent."""

    goal_id: str
    percent: int
    note: str = ""
    occurred_at: datetime | None = None


class AchieveGoal(WithinRelationship, frozen=True, kw_only=True):
    """Say that a goal was reached."""

    goal_id: str
    evidence: str = ""
    occurred_at: datetime | None = None


class DropGoal(WithinRelationship, frozen=True, kw_only=True):
    """Give a goal up, and say why."""

    goal_id: str
    reason: str
    occurred_at: datetime | None = None


GoalCommand = SetGoal | ReviseGoal | ProgressGoal | AchieveGoal | DropGoal


def decide(command: GoalCommand, state: RelationshipState, world: World) -> list[Event]:
    """The events of a goal command."""
    must_run(state)
    if isinstance(command, SetGoal):
        return _set(command, state.goals.by_id.get(command.goal_id), world)
    goal = state.goals.by_id.get(command.goal_id)
    if goal is None:
        raise NotFound("unknown_goal", "This relationship has no goal of this id.")
    match command:
        case ReviseGoal():
            return _revise(command, goal, world)
        case ProgressGoal():
            return _progress(command, goal)
        case AchieveGoal():
            return _achieve(command, goal)
        case DropGoal():
            return _drop(command, goal)
        case _:
            assert_never(command)


def _set(command: SetGoal, goal: Goal | None, world: World) -> list[Event]:
    criteria = {name: getattr(command, name) for name in CRITERIA}
    if goal is not None:
        if all(getattr(goal, name) == value for name, value in criteria.items()):
            return []
        raise Refused("goal_exists", "This goal id is taken by another goal; use a new id or revise that goal.")
    _check(command.specific, command.due_on, command.occurred_at, world)
    return [GoalSet(goal_id=command.goal_id, **criteria)]


def _revise(command: ReviseGoal, goal: Goal, world: World) -> list[Event]:
    if command.corrects is None:
        _must_be_open(goal)
        due_on = command.due_on
    else:
        _check_correction(command.corrects, command.reason, goal)
        due_on = None  # what was agreed may well lie in the past by now
    changes: dict[str, Any] = {
        name: value
        for name in CRITERIA
        if (value := getattr(command, name)) is not None and value != getattr(goal, name)
    }
    if not changes:
        return []
    _check(changes.get("specific", goal.specific), due_on, command.occurred_at, world)
    return [GoalRevised(goal_id=command.goal_id, reason=command.reason, corrects=command.corrects, **changes)]


def _progress(command: ProgressGoal, goal: Goal) -> list[Event]:
    must_be_percent(command.percent, "Progress")
    _must_be_open(goal)
    if command.percent == goal.percent and not command.note:
        return []
    return [GoalProgressed(goal_id=command.goal_id, percent=command.percent, note=command.note)]


def _achieve(command: AchieveGoal, goal: Goal) -> list[Event]:
    if goal.status == ACHIEVED:
        return []
    _must_be_open(goal)
    return [GoalAchieved(goal_id=command.goal_id, evidence=command.evidence)]


def _drop(command: DropGoal, goal: Goal) -> list[Event]:
    if goal.status == DROPPED:
        return []
    _must_be_open(goal)
    must_say(command.reason, "reason_required", "Say why the goal is given up.")
    return [GoalDropped(goal_id=command.goal_id, reason=command.reason)]


def _check(specific: str, due_on: date | None, occurred_at: datetime | None, world: World) -> None:
    must_say(specific, "goal_not_specific", "A goal must say what shall be reached; fill in `specific`.")
    if due_on is not None and due_on < earliest_today(moment(occurred_at, world)):
        raise Refused("due_in_past", f"The due date {due_on} is over; choose today or later.", due_on=str(due_on))


def _check_correction(corrects: int, reason: str, goal: Goal) -> None:
    must_say(reason, "reason_required", "Say what was wrong; a correction is shown with its reason.")
    if corrects not in goal.versions:
        raise Refused(
            "corrects_nothing",
            f"Version {corrects} did not set or revise this goal; name one that did.",
            corrects=corrects,
            possible=list(goal.versions),
        )


def _must_be_open(goal: Goal) -> None:
    if goal.status != OPEN:
        raise Refused("goal_not_open", f"The goal is {goal.status}; set a new one instead.", status=goal.status)
