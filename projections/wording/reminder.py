"""Headlines of reminders."""

from __future__ import annotations

from typing import assert_never

from events.subjects.reminder import ReminderFailed, ReminderSent, ReminderSuppressed
from projections.subjects.reminder import ReminderEvent
from projections.wording.glossary import Glossary

_SORTS = {
    "no_session": "no session within the agreed time",
    "commitment_overdue": "a commitment is overdue",
    "goal_overdue": "a goal is past its date",
    "feedback_unanswered": "feedback waits for an answer",
}


def headline(data: ReminderEvent, glossary: Glossary) -> str:
    """One sentence for one event."""
    cause = reason_of(data.sort)
    match data:
        case ReminderSent():
            return f"Reminder sent to {glossary.persons(data.to)}: {cause}"
        case ReminderSuppressed():
            return f"Reminder held back ({data.reason}): {cause}"
        case ReminderFailed():
            verb = "failed" if data.outcome == "failed" else "may or may not have gone out"
            return f"Reminder {verb} ({data.reason}): {cause}"
        case _:
            assert_never(data)


def reason_of(sort: str) -> str:
    """Why one is reminded, in words."""
    return _SORTS.get(sort, sort.replace("_", " "))
