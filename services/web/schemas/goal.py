"""Bodies about SMART goals."""

from __future__ import annotations

from services.web.fields import Day, Prose, Whole
from services.web.schemas.shared import Command

_CRITERION = 2_000


class _Criteria(Command):
    measurable = Prose(_CRITERION)
    achievable = Prose(_CRITERION)
    relevant = Prose(_CRITERION)


class SetGoalBody(_Criteria):
    """A goal, each criterion in its own member; due_on is the time-bound one."""

    specific = Prose(_CRITERION, required=True)
    due_on = Day(allow_none=True)


class ReviseGoalBody(_Criteria):
    """What changes; what is left out stays. corrects: the version of the event that was a mistake."""

    specific = Prose(_CRITERION)
    due_on = Day()
    reason = Prose(_CRITERION)
    corrects = Whole()


class ProgressGoalBody(Command):
    """How far it is, in percent."""

    percent = Whole(required=True, metadata={"minimum": 0, "maximum": 100})
    note = Prose()


class AchieveGoalBody(Command):
    """How one knows that it was reached."""

    evidence = Prose()


class DropGoalBody(Command):
    """Why it is given up."""

    reason = Prose(required=True)
