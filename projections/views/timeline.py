"""One relationship's timeline: its events in the order of the log, in plain English, corrections worked in.

A corrected entry shows the corrected values and names the position of its correction; what a batch did and
was taken back stays visible and names the position that took it back. Made when it is read, from the events.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, TypeVar

import msgspec
from msgspec.structs import replace

from events.event import AnyRecorded, Event
from events.subjects.batch import Undone
from events.subjects.feedback import FeedbackCorrected, FeedbackGiven
from events.subjects.goal import GoalRevised, GoalSet
from events.subjects.session import SessionCorrected, SessionHeld
from projections.fold import BATCH
from projections.subjects.goal import CRITERIA
from projections.wording.detail import Detail, changed, detail
from projections.wording.glossary import Glossary
from projections.wording.say import headline

Correction = SessionCorrected | FeedbackCorrected | GoalRevised
Said = TypeVar("Said", bound=Event)


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One event for a reader; corrected_by and undone_by are positions in the organisation's log.

    void: the thing that the entry speaks of was taken back, it never took place.
    """

    position: int
    stream_version: int
    occurred_at: datetime
    recorded_at: datetime
    type: str
    actor: str
    cause: str | None = None
    headline: str
    detail: Detail = ()
    corrected_by: int | None = None
    void: bool = False
    undone_by: int | None = None


class _Line:
    """An event on its way to an entry; data is what it says after all corrections so far."""

    def __init__(self, recorded: AnyRecorded) -> None:
        self.recorded = recorded
        self.data: Any = recorded.data
        self.before: Event | None = None
        self.corrected_by: int | None = None
        self.void = False


def timeline(events: Iterable[AnyRecorded], names: Mapping[str, str] | None = None) -> tuple[Entry, ...]:
    """The entries of one stream's events, in order of version; names: of people and programmes by id."""
    lines = [_Line(one) for one in events]
    undone = _undone(lines)
    by_version = {line.recorded.stream_version: line for line in lines}
    for line in lines:
        if isinstance(line.data, Correction) and _batch_of(line) not in undone:
            _apply(line, by_version)
    glossary = Glossary(names or {})
    return tuple(_entry(line, undone, glossary) for line in lines)


def _undone(lines: list[_Line]) -> dict[str | None, int]:
    """Batch id -> position of the event that took it back in this stream."""
    return {line.data.batch_id: line.recorded.position for line in lines if isinstance(line.data, Undone)}


def _batch_of(line: _Line) -> str | None:
    cause = line.recorded.cause
    return cause[len(BATCH) :] if cause is not None and cause.startswith(BATCH) else None


def _apply(correction: _Line, by_version: dict[int, _Line]) -> None:
    """Mark what the correction names, down to the event that first said it, and correct that one's values."""
    version = correction.recorded.data.corrects
    while version is not None and version in by_version:
        line = by_version[version]
        line.corrected_by = correction.recorded.position
        correction.before = line.data
        line.void = line.void or getattr(correction.recorded.data, "void", False)
        line.data = corrected(line.data, correction.recorded.data)
        version = getattr(line.recorded.data, "corrects", None)


def corrected(data: Event, by: Correction) -> Event:
    """What an event says once the correction is worked in; an event of another sort stays as it is."""
    match data, by:
        case SessionHeld(), SessionCorrected():
            return _given(data, by, ("started_at", "ended_at", "notes", "mentee_talked"))
        case FeedbackGiven(), FeedbackCorrected():
            return _given(data, by, ("text",))
        case GoalSet() | GoalRevised(), GoalRevised():
            return _given(data, by, CRITERIA)
        case _:
            return data


def _given(data: Said, by: Event, names: tuple[str, ...]) -> Said:
    given = {name: value for name in names if (value := getattr(by, name)) is not None}
    return replace(data, **given)


def _entry(line: _Line, undone: Mapping[str | None, int], glossary: Glossary) -> Entry:
    recorded, data = line.recorded, line.data
    said = headline(data, glossary)
    return Entry(
        position=recorded.position,
        stream_version=recorded.stream_version,
        occurred_at=recorded.occurred_at,
        recorded_at=recorded.recorded_at,
        type=recorded.type,
        actor=recorded.actor,
        cause=recorded.cause,
        headline=f"Taken back: {said}" if line.void else said,
        detail=detail(data, glossary) if line.before is None else changed(data, line.before, glossary),
        corrected_by=line.corrected_by,
        void=line.void,
        undone_by=undone.get(_batch_of(line)),
    )
