"""What makes a reminder due: a life that keeps all its dates gets one thing that is late today."""

from __future__ import annotations

from datetime import date, timedelta

from msgspec.structs import replace

from events.subjects.feedback import FeedbackAcknowledged, FeedbackGiven
from events.subjects.goal import GoalAchieved, GoalDropped, GoalRevised, GoalSet
from events.subjects.session import CommitmentKept, SessionHeld
from services.sample.diary import Diary
from services.sample.plots import COMMITMENT, FEEDBACK, GOAL, SILENT

_ANSWERED_WITHIN = timedelta(days=9)


def make_late(diary: Diary) -> None:
    """Leave out, or move, what the plot wants to be late."""
    match diary.plot.late:
        case late if late == SILENT:
            diary.limit -= timedelta(days=diary.cadence + diary.dice.between(6, 12))
        case late if late == COMMITMENT:
            _forget_commitment(diary)
        case late if late == FEEDBACK:
            _leave_unanswered(diary)
        case late if late == GOAL:
            _miss_goal(diary)
        case _:
            pass


def _forget_commitment(diary: Diary) -> None:
    """The last commitment that is over its date was never kept."""
    held = (line.data for line in diary.lines if isinstance(line.data, SessionHeld))
    due: dict[str, date] = {one.commitment_id: one.due_on for data in held for one in data.commitments}
    today = diary.limit.date()
    kept = [
        line for line in diary.lines if isinstance(line.data, CommitmentKept) and due[line.data.commitment_id] < today
    ]
    if kept:
        diary.lines.remove(max(kept, key=lambda line: line.at))


def _leave_unanswered(diary: Diary) -> None:
    """The last feedback that is old enough was never acknowledged."""
    old = diary.limit - _ANSWERED_WITHIN
    given = [line for line in diary.lines if isinstance(line.data, FeedbackGiven) and line.at < old]
    waiting = {line.data.feedback_id for line in given[-1:] if isinstance(line.data, FeedbackGiven)}
    diary.lines = [
        line
        for line in diary.lines
        if not (isinstance(line.data, FeedbackAcknowledged) and line.data.feedback_id in waiting)
    ]


def _miss_goal(diary: Diary) -> None:
    """The first goal is still open and was due some days ago."""
    first = next((line for line in diary.lines if isinstance(line.data, GoalSet)), None)
    if first is None or not isinstance(first.data, GoalSet):
        return
    goal_id = first.data.goal_id
    first.data = replace(first.data, due_on=(diary.limit - timedelta(days=4)).date())
    ends = (GoalAchieved, GoalDropped, GoalRevised)
    diary.lines = [line for line in diary.lines if not (isinstance(line.data, ends) and line.data.goal_id == goal_id)]
