"""What an event is: a fact in the past tense, its typed data and the envelope in which the log keeps it.

A data class names its stored type (`TYPE`, a dotted name that never changes) and the version of its form
(`SCHEMA`). Field names are ASCII and no field is a float: then the canonical bytes of a record are the same
in every implementation of RFC 8785.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, ClassVar, Generic, TypeVar, dataclass_transform

import msgspec


# Type checkers learn here that a subclass inherits `frozen` and `kw_only`, as it does when it runs.
@dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(msgspec.field,))
class Event(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """The data of one event; subclasses stand in `events/subjects/`, one file per subject."""

    TYPE: ClassVar[str]
    SCHEMA: ClassVar[int] = 1


D = TypeVar("D", bound=Event)


class Happened(msgspec.Struct, Generic[D], kw_only=True):
    """One event as a fold sees it, before or after it is stored.

    stream is `<kind>-<uuid>`; stream_version counts 1, 2, 3 ... within it; occurred_at is when it happened in
    the world (UTC); actor is `<sort>:<id>`; cause names what made it (`import:<uuid>`, `reminder:<key>`).
    """

    stream: str
    stream_version: int
    occurred_at: datetime
    actor: str
    on_behalf_of: str | None = None
    cause: str | None = None
    data: D


class Recorded(Happened[D], Generic[D], kw_only=True):
    """One event as the log keeps it: what happened and what the log stamped.

    position is the leaf's index in the organisation's log (0, 1, 2 ... without gaps) and no member of the record;
    prev is the hex leaf hash of the stream's previous record; policy the version of the rules it was decided under.
    """

    org: str
    type: str
    schema: int
    recorded_at: datetime
    policy: int = 1
    prev: str | None = None
    salt: str
    position: int = -1


AnyRecorded = Recorded[Any]


def utc(moment: datetime) -> datetime:
    """The same moment in UTC; a moment without zone is a fault of the caller."""
    if moment.tzinfo is None:
        raise ValueError("a moment needs a time zone")
    return moment if moment.tzinfo is UTC else moment.astimezone(UTC)
