"""What was done about due reminders: one outcome per cause, so that nobody hears twice of the same thing."""

from __future__ import annotations

from typing import assert_never

import msgspec

from events.event import Happened
from events.subjects.reminder import ReminderFailed, ReminderSent, ReminderSuppressed

ReminderEvent = ReminderSent | ReminderSuppressed | ReminderFailed

SENT, SUPPRESSED = "sent", "suppressed"
UNSENT = ("failed", "unknown")


class Reminders(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Outcome by cause key: sent, suppressed, failed, or unknown (sent or not, nobody can say)."""

    outcomes: dict[str, str] = {}


def evolve(reminders: Reminders, happened: Happened[ReminderEvent]) -> Reminders:
    """The outcomes after one more; the first outcome of a cause stands."""
    data = happened.data
    if data.cause_key in reminders.outcomes:
        return reminders
    match data:
        case ReminderSent():
            outcome = SENT
        case ReminderSuppressed():
            outcome = SUPPRESSED
        case ReminderFailed():
            outcome = data.outcome
        case _:
            assert_never(data)
    return Reminders(outcomes={**reminders.outcomes, data.cause_key: outcome})
