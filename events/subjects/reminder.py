"""What was done about a due reminder. In the stream of the relationship it speaks of; one outcome per cause."""

from __future__ import annotations

from datetime import datetime

from events.event import Event


class ReminderSent(Event):
    """A reminder went out; cause_key is unique per cause, to the person ids; message_id is the mail's Message-ID."""

    TYPE = "reminder.sent"
    cause_key: str
    sort: str
    due_at: datetime
    to: tuple[str, ...]
    message_ids: tuple[str, ...]


class ReminderSuppressed(Event):
    """A reminder was not sent on purpose; reason says why in a person's words."""

    TYPE = "reminder.suppressed"
    cause_key: str
    sort: str
    due_at: datetime
    reason: str


class ReminderFailed(Event):
    """A reminder could not be sent, or nobody can say whether it was (outcome failed or unknown)."""

    TYPE = "reminder.failed"
    cause_key: str
    sort: str
    due_at: datetime
    outcome: str
    reason: str
