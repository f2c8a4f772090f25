"""What was done about a due reminder, written down once per cause.

It reports what the system has already done, and is taken whatever has become of the relationship since: a
mail that went out stays sent.
"""

from __future__ import annotations

from datetime import datetime

from events.event import Event, utc
from events.subjects.reminder import ReminderFailed, ReminderSent, ReminderSuppressed
from projections.subjects.relationship import RelationshipState
from projections.subjects.reminder import SENT, SUPPRESSED, UNSENT
from services.errors import Refused
from services.within import WithinRelationship, must_exist, must_say
from services.world import World


class RecordReminder(WithinRelationship, frozen=True, kw_only=True):
    """Record the outcome of a cause: sent (to, message_ids), suppressed, failed or unknown (reason)."""

    cause_key: str
    sort: str
    due_at: datetime
    outcome: str
    to: tuple[str, ...] = ()
    message_ids: tuple[str, ...] = ()
    reason: str = ""
    occurred_at: datetime | None = None


def decide(command: RecordReminder, state: RelationshipState, world: World) -> list[Event]:
    """The outcome as an event; nothing when the cause has one already."""
    must_exist(state)
    if command.outcome not in (SENT, SUPPRESSED, *UNSENT):
        raise Refused("unknown_outcome", f"A reminder is sent, suppressed, failed or unknown, not {command.outcome!r}.")
    if command.cause_key in state.reminders.outcomes:
        return []
    return [_sent(command) if command.outcome == SENT else _not_sent(command)]


def _sent(command: RecordReminder) -> Event:
    if not command.to:
        raise Refused("nobody_reminded", "A reminder that was sent names the people it went to.")
    return ReminderSent(
        cause_key=command.cause_key,
        sort=command.sort,
        due_at=utc(command.due_at),
        to=command.to,
        message_ids=command.message_ids,
    )


def _not_sent(command: RecordReminder) -> Event:
    must_say(command.reason, "reason_required", "Say why the reminder was not sent.")
    due_at = utc(command.due_at)
    if command.outcome == SUPPRESSED:
        return ReminderSuppressed(cause_key=command.cause_key, sort=command.sort, due_at=due_at, reason=command.reason)
    return ReminderFailed(
        cause_key=command.cause_key,
        sort=command.sort,
        due_at=due_at,
        outcome=command.outcome,
        reason=command.reason,
    )
