"""The stored views: which rows each keeps of a relationship. No command needs them, so they follow after the commit.

A view's rows of a stream are a pure function of the stream's events and the programme's present frame; bump
`version` whenever that function changes. The timeline is not among them: it holds names, is one stream long, and is
made when it is read.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import msgspec

from events.event import AnyRecorded
from projections.fold import fold_of, run
from projections.views import agenda, due, overview
from projections.views.frame import Frame


@dataclass(frozen=True, slots=True, kw_only=True)
class ViewRow:
    """One row: the body and the columns it is looked up by (programme id, person id, a moment)."""

    body: msgspec.Struct
    scope: str | None = None
    person: str | None = None
    at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """A stored view: its rows of one relationship, from its state, its first event's time and the programme's frame."""

    name: str
    version: int
    body: type[msgspec.Struct]
    rows: Callable[[Any, datetime, Frame], list[ViewRow]]


def rows_of(view: View, events: Sequence[AnyRecorded], frame: Frame) -> list[ViewRow]:
    """The rows that a view keeps of one stream."""
    state = run(fold_of("relationship"), events).state
    return view.rows(state, events[0].recorded_at, frame)


_encoder = msgspec.json.Encoder()


def encode_body(body: msgspec.Struct) -> bytes:
    """A row's body as it is stored; equal bodies have equal bytes."""
    return _encoder.encode(body)


def _overview(state: Any, _recorded_from: datetime, frame: Frame) -> list[ViewRow]:
    return [ViewRow(body=overview.line(state, frame), scope=state.programme_id)] if state.status else []


def _agenda(state: Any, _recorded_from: datetime, _frame: Frame) -> list[ViewRow]:
    return [
        ViewRow(body=item, scope=item.programme_id, person=item.person_id, at=_moment(item))
        for item in agenda.items(state)
    ]


def _due(state: Any, recorded_from: datetime, frame: Frame) -> list[ViewRow]:
    found = due.due_items(state, recorded_from, frame)
    return [ViewRow(body=one, scope=state.programme_id, at=one.due_at) for one in found]


def _moment(item: agenda.Item) -> datetime | None:
    if item.at is not None or item.due_on is None:
        return item.at
    return datetime(item.due_on.year, item.due_on.month, item.due_on.day, tzinfo=UTC)


OVERVIEW = View(name="overview", version=1, body=overview.Line, rows=_overview)
AGENDA = View(name="agenda", version=1, body=agenda.Item, rows=_agenda)
DUE = View(name="due", version=1, body=due.Due, rows=_due)
STORED: tuple[View, ...] = (OVERVIEW, AGENDA, DUE)
