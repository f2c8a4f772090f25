"""The part of the audit that makes every state and every stored view again, by the page, and compares.

All of it is read in the caller's snapshot, so that who follows the log meanwhile raises no alarm: rows are held up to
what the events come to at the position that their own view says it has taken in. A view that is behind is no fault.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from itertools import islice, takewhile
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy import Connection, text

from events.event import AnyRecorded
from projections.fold import Fold, Snapshot, fold_of, run
from projections.frames import frame_history
from projections.heads import Head, head_of, live_build, log_end
from projections.live import fold_versions, kind_of, live_row
from projections.parking import parked
from projections.scan import StreamEvents, all_streams
from projections.views.frame import Frame
from projections.views.stored import STORED, View, ViewRow, encode_body

STREAMS_PER_PAGE = 200
STATE, ROW, AHEAD, PARKED = "view_differs", "view_row_differs", "view_ahead", "view_parked"
OF_VIEWS = frozenset({ROW, AHEAD, PARKED})
"""Findings in what can be made again from the records at any time, and that no decision rests on."""
_BEYOND = "\U0010ffff"
_STATE_COLUMNS = ("version", "position", "fold", "state", "scope", "status", "label", "members", "changed_at")
_ROW_COLUMNS = ("scope", "person", "at", "body")

Find = Callable[[str, str], None]
"""Take a code and a sentence."""


def audit_views(connection: Connection, org: UUID, find: Find) -> None:
    """Compare live states, claims and the rows of every stored view with what the events come to."""
    end = log_end(connection, org)
    checks: list[_Check] = [_LiveStates(connection, org, find)]
    for view in STORED:
        head = head_of(connection, org, view.name)
        if head is not None and head.fold == view.version:  # made by other code: it is built anew before it is read
            checks.append(_StoredRows(connection, org, view, head, find))
            if head.position > end:
                find(AHEAD, f"The view {view.name} is at position {head.position}, the log ends at position {end}.")
    for page in _pages(all_streams(connection, org, end)):
        for check in checks:
            check.take(page)
    for one in parked(connection, org):
        find(
            PARKED,
            f"The view {one.view} has parked {one.stream} at position {one.position} ({one.error}, tried "
            f"{one.attempts} times): its rows are those from before.",
        )


@dataclass
class _Stream:
    """A stream's events, read once and folded once for each end that is asked for; they raise what cannot be read."""

    found: StreamEvents
    _folded: dict[int, Snapshot[Any]] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return self.found.stream

    @cached_property
    def events(self) -> list[AnyRecorded]:
        return self.found.events()

    def upto(self, position: int) -> list[AnyRecorded]:
        """The events up to a position."""
        return list(takewhile(lambda one: one.position <= position, self.events))

    def snapshot(self, events: Sequence[AnyRecorded]) -> Snapshot[Any]:
        """What the first events come to."""
        if len(events) not in self._folded:
            self._folded[len(events)] = run(fold_of(kind_of(self.name)), events)
        return self._folded[len(events)]


@dataclass(frozen=True)
class _Page:
    """Some streams; whatever is kept of names after `after`, up to `last`, must be of one of them."""

    after: str
    last: str
    streams: Sequence[_Stream]


def _pages(streams: Iterator[StreamEvents]) -> Iterator[_Page]:
    after = ""
    while some := [_Stream(one) for one in islice(streams, STREAMS_PER_PAGE)]:
        yield _Page(after, some[-1].name, some)
        after = some[-1].name
    yield _Page(after, _BEYOND, ())


class _Check(Protocol):
    def take(self, page: _Page) -> None:
        """Compare what is kept of the streams of a page."""
        ...


class _LiveStates:
    """The states that decisions are made against, and the claims that go with them."""

    def __init__(self, connection: Connection, org: UUID, find: Find) -> None:
        self._connection, self._find = connection, find
        self._values = {"org": org, "build": live_build(connection, org)}

    def take(self, page: _Page) -> None:
        """See _Check."""
        kept, claims = self._kept(page), self._claims(page)
        for one in page.streams:
            row, held = kept.pop(one.name, None), claims.pop(one.name, set())
            fold = fold_versions().get(kind_of(one.name))
            if fold is not None and (row is None or row[2] == fold):  # made by other code: nobody reads it as it is
                self._compare(one, row, held)
        for name in {*kept, *claims}:
            self._find(STATE, f"A state or a claim is kept of {name}, of which the log has no event.")

    def _compare(self, one: _Stream, row: tuple[Any, ...] | None, held: set[str]) -> None:
        try:
            snapshot = one.snapshot(one.events)
        except Exception:  # noqa: BLE001  # whatever a fold raises concerns this stream alone: it is parked, and told so
            return
        fold: Fold[Any] = fold_of(kind_of(one.name))
        made = live_row(fold, snapshot)
        expected = (
            *(snapshot.version, one.found.position, made.fold, made.state, made.scope, made.status, made.label),
            *(list(made.members), one.events[-1].recorded_at),
        )
        if row is None:
            self._find(STATE, f"No state is kept of {one.name}.")
        elif row != expected:
            which = _differing(_STATE_COLUMNS, expected, row)
            self._find(STATE, f"The state kept of {one.name} is not what its events come to ({which}).")
        elif held != fold.claims(snapshot.state):
            self._find(STATE, f"The claims kept of {one.name} are not those of its state.")

    def _kept(self, page: _Page) -> dict[str, tuple[Any, ...]]:
        query = text(
            f"SELECT stream, {', '.join(_STATE_COLUMNS)} FROM live_states "
            "WHERE org_id = :org AND build = :build AND stream > :after AND stream <= :last"
        )
        rows = self._connection.execute(query, self._values | {"after": page.after, "last": page.last})
        return {row[0]: (*row[1:4], bytes(row[4]), *row[5:8], list(row[8]), row[9]) for row in rows}

    def _claims(self, page: _Page) -> dict[str, set[str]]:
        query = text(
            "SELECT stream, scope FROM live_claims "
            "WHERE org_id = :org AND build = :build AND stream > :after AND stream <= :last"
        )
        found: dict[str, set[str]] = {}
        for stream, scope in self._connection.execute(query, self._values | {"after": page.after, "last": page.last}):
            found.setdefault(stream, set()).add(scope)
        return found


Row = tuple[str | None, str | None, datetime | None, bytes]


class _StoredRows:
    """The rows of one view, in the build that counts."""

    def __init__(self, connection: Connection, org: UUID, view: View, head: Head, find: Find) -> None:
        self._connection, self._org, self._view, self._head, self._find = connection, org, view, head, find
        self._parked = {one.stream for one in parked(connection, org) if one.view == view.name}
        self._frames: dict[str, list[Frame]] = {}

    def take(self, page: _Page) -> None:
        """See _Check."""
        kept = self._kept(page)
        for one in page.streams:
            rows = kept.pop(one.name, {})
            if one.name not in self._parked and kind_of(one.name) == "relationship":
                self._compare(one, rows)
            elif rows and one.name not in self._parked:
                self._told(f"has {len(rows)} rows of {one.name}, of which it keeps none")
        for name, rows in kept.items():
            self._told(f"has {len(rows)} rows of {name}, of which the log has no event")

    def _compare(self, one: _Stream, rows: Mapping[int, Row]) -> None:
        try:
            candidates = self._expected(one)
        except Exception as error:  # noqa: BLE001  # as above; but the view took it, or it would be parked
            self._told(f"has taken in {one.name}, whose events cannot be folded ({type(error).__name__})")
            return
        if rows in candidates:
            return
        expected = candidates[0]
        for ordinal in sorted({*rows, *expected}):
            if ordinal not in rows:
                self._told(f"lacks row {ordinal} of {one.name}")
            elif ordinal not in expected:
                self._told(f"has a row {ordinal} of {one.name} that its events do not come to")
            elif rows[ordinal] != expected[ordinal]:
                which = _differing(_ROW_COLUMNS, expected[ordinal], rows[ordinal])
                self._told(f"has a row {ordinal} of {one.name} that its events do not come to ({which})")

    def _told(self, what: str) -> None:
        self._find(ROW, f"The view {self._view.name}, at position {self._head.position}, {what}.")

    def _expected(self, one: _Stream) -> list[dict[int, Row]]:
        """The rows by ordinal: one answer for each frame that the programme has had since the view's position.

        A view that catches up folds a relationship in the newest frame, which may be ahead of the events taken in.
        """
        events = one.upto(self._head.position)
        if not events:
            return [{}]
        state = one.snapshot(events).state
        return [_rows(self._view.rows(state, events[0].recorded_at, frame)) for frame in self._frames_of(state)]

    def _frames_of(self, state: Any) -> list[Frame]:
        programme: str = state.programme_id
        if programme not in self._frames:
            history = frame_history(self._connection, self._org, programme)
            at = max(number for number, (position, _) in enumerate(history) if position <= self._head.position)
            self._frames[programme] = [frame for _, frame in history[at:]]
        return self._frames[programme]

    def _kept(self, page: _Page) -> dict[str, dict[int, Row]]:
        query = text(
            f"SELECT stream, ordinal, {', '.join(_ROW_COLUMNS)} FROM view_rows "
            "WHERE org_id = :org AND view = :view AND build = :build AND stream > :after AND stream <= :last"
        )
        values = {"org": self._org, "view": self._view.name, "build": self._head.build}
        found: dict[str, dict[int, Row]] = {}
        for stream, ordinal, *row, body in self._connection.execute(
            query, values | {"after": page.after, "last": page.last}
        ):
            scope, person, at = row
            found.setdefault(stream, {})[ordinal] = (scope, person, at, bytes(body))
        return found


def _rows(rows: Iterable[ViewRow]) -> dict[int, Row]:
    return {number: (one.scope, one.person, one.at, encode_body(one.body)) for number, one in enumerate(rows)}


def _differing(names: Sequence[str], expected: Sequence[Any], found: Sequence[Any]) -> str:
    return ", ".join(name for name, one, other in zip(names, expected, found, strict=True) if one != other)
