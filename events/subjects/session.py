"""Sessions by the GROW model (goal, reality, options, way forward), their commitments; in the relationship's stream."""

from __future__ import annotations

from datetime import date, datetime

import msgspec

from events.event import Event


class Commitment(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One item of the way forward: who does what by when."""

    commitment_id: str
    owner: str
    text: str
    due_on: date


class Grow(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """The notes of a session under the four headings of GROW."""

    goal: str = ""
    reality: str = ""
    options: str = ""
    way_forward: str = ""


class SessionScheduled(Event):
    """A session is planned; starts_at in UTC, zone the IANA zone in which it was agreed."""

    TYPE = "relationship.session_scheduled"
    session_id: str
    starts_at: datetime
    minutes: int
    zone: str = "UTC"
    channel: str = ""


class SessionHeld(Event):
    """A session took place; mentee_talked is the percentage of the time that the mentees spoke."""

    TYPE = "relationship.session_held"
    session_id: str
    started_at: datetime
    ended_at: datetime
    notes: Grow = Grow()
    commitments: tuple[Commitment, ...] = ()
    mentee_talked: int | None = None


class SessionCancelled(Event):
    """A planned session will not take place."""

    TYPE = "relationship.session_cancelled"
    session_id: str
    by: str
    reason: str = ""


class SessionMissed(Event):
    """A planned session did not take place since somebody did not come: person ids."""

    TYPE = "relationship.session_missed"
    session_id: str
    absent: tuple[str, ...]


class SessionCorrected(Event):
    """What was written of a session was wrong; corrects is the stream version of that event.

    A field that is not given stays. void: the session never took place.
    """

    TYPE = "relationship.session_corrected"
    session_id: str
    corrects: int
    reason: str
    started_at: datetime | None = None
    ended_at: datetime | None = None
    notes: Grow | None = None
    mentee_talked: int | None = None
    void: bool = False


class CommitmentKept(Event):
    """The owner did what was agreed."""

    TYPE = "relationship.commitment_kept"
    commitment_id: str
    note: str = ""


class CommitmentReleased(Event):
    """Both sides let the owner off."""

    TYPE = "relationship.commitment_released"
    commitment_id: str
    reason: str
