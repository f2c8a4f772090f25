"""The shape of a report: what its JSON form holds, and its page shows."""

from __future__ import annotations

from datetime import datetime

import msgspec

FORM = "mentorledger.report/1"


class Figure(msgspec.Struct, frozen=True, kw_only=True):
    """One number; positions are those of the events in the organisation's log that it was counted from."""

    key: str
    label: str
    value: int
    unit: str = ""
    positions: tuple[int, ...] = ()


class Section(msgspec.Struct, frozen=True, kw_only=True):
    """Figures of one sort; note says what they are of."""

    key: str
    title: str
    note: str
    figures: tuple[Figure, ...]


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One relationship in the report of a programme; silent: no session for longer than its cadence."""

    stream: str
    title: str
    status: str
    stage: str
    sessions_held: int
    minutes_held: int
    last_session_at: datetime | None
    silent: bool
    positions: tuple[int, ...]


class Stream(msgspec.Struct, frozen=True, kw_only=True):
    """Where a stream stood: its last version, that record's position and leaf hash; events: how many it has by then."""

    stream: str
    version: int
    position: int
    leaf_hash: str


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """One event behind a figure, with the leaf hash of its record (RFC 9162, SHA-256, hex)."""

    position: int
    occurred_at: datetime
    recorded_at: datetime
    stream: str
    stream_version: int
    type: str
    actor: str
    leaf_hash: str


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """A report on a subject (a stream): facts from `since` to before `until`, as the log told them up to `upto`."""

    form: str = FORM
    organisation: str
    subject: str
    title: str
    period: str
    since: datetime | None
    until: datetime
    upto: int
    log_size: int
    sections: tuple[Section, ...]
    relationships: tuple[Line, ...]
    streams: tuple[Stream, ...]
    sources: tuple[Source, ...]
