"""The page of one relationship: how it stands, or stood at a date, and what had happened by then."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any

from flask import Response, request

from projections.subjects.goal import OPEN
from projections.subjects.relationship import ACTIVE, STAGES, RelationshipState
from projections.subjects.session import OPEN as UNSETTLED
from projections.subjects.session import PLANNED
from projections.views.overview import Line, is_over, is_silent, line
from projections.views.timeline import Entry, timeline
from services.console.dates import Bound, Unreadable, read_bound
from services.console.lookup import current, frames
from services.console.replaying import Replay, replay_at
from services.console.signing import Visit
from services.console.strip import ROWS, WIDTH, row_of, strip_of
from services.web.problems import MALFORMED, OK


@dataclass(frozen=True, slots=True)
class Standing:
    """What the page says of the state: the figures at the moment that is shown."""

    state: RelationshipState
    line: Line
    silent: bool
    over: bool
    now: datetime

    @property
    def planned(self) -> list[Any]:
        """Sessions that lie ahead, the next one first."""
        ahead = [one for one in self.state.sessions.by_id.values() if one.status == PLANNED and one.starts_at]
        return sorted(ahead, key=lambda one: one.starts_at)

    @property
    def open_commitments(self) -> list[Any]:
        """Commitments that are neither kept nor released, the oldest date first."""
        found = [one for one in self.state.sessions.commitments.values() if one.status == UNSETTLED]
        return sorted(found, key=lambda one: one.due_on)

    @property
    def goals(self) -> list[Any]:
        """Goals, open ones first."""
        return sorted(self.state.goals.by_id.values(), key=lambda one: (one.status != OPEN, one.set_at))


@dataclass(frozen=True, slots=True)
class Month:
    """The entries of one month, the newest first, each with the row of the strip that it belongs to."""

    begins: date
    entries: list[tuple[Entry, str]]


def show(visit: Visit, id_: str) -> Response:
    """The relationship, replayed to the bounds in the address."""
    standing = current(visit, "relationship", id_)
    bounds, faults = _bounds()
    replay = replay_at(visit.services.log, visit.org, standing.stream, bounds["as_of"], bounds["known_at"])
    names = _names(visit, replay, standing.state)
    return visit.page(
        "console/relationship.html",
        status=MALFORMED if faults else OK,
        id_=id_,
        now=standing.state,
        shown=_standing(visit, replay) if replay.state.status else None,
        replay=replay,
        faults=faults,
        names=names,
        months=list(_months(replay, names)),
        strip=strip_of(replay),
        strip_rows=ROWS,
        strip_width=WIDTH,
        stages=STAGES,
    )


def _bounds() -> tuple[dict[str, Bound | None], dict[str, str]]:
    """The bounds by parameter, and what is wrong with those that cannot be read."""
    bounds: dict[str, Bound | None] = {}
    faults: dict[str, str] = {}
    for name in ("as_of", "known_at"):
        try:
            bounds[name] = read_bound(request.args.get(name, ""))
        except Unreadable as fault:
            bounds[name], faults[name] = None, str(fault)
    return bounds, faults


def _standing(visit: Visit, replay: Replay) -> Standing:
    state: RelationshipState = replay.state
    frame = frames(visit, [state.programme_id])[state.programme_id]
    clock = visit.services.clock()
    now = min(replay.as_of.moment, clock) if replay.as_of else clock
    summary = line(state, frame)
    silent = state.status == ACTIVE and is_silent(summary, now, frame.policy.cadence_days)
    return Standing(state, summary, silent, is_over(summary, now), now)


def _names(visit: Visit, replay: Replay, live: RelationshipState) -> dict[str, str]:
    people = {one.person for state in (live, replay.state) for one in state.members}
    return visit.services.queries.names(visit.org, people, {live.programme_id, replay.state.programme_id} - {""})


def _months(replay: Replay, names: dict[str, str]) -> Iterator[Month]:
    """What counts, the newest first, by the month (UTC) in which it happened."""
    entries = sorted(timeline(replay.counted, names), key=_place, reverse=True)
    for (year, month), group in groupby(entries, key=lambda one: (one.occurred_at.year, one.occurred_at.month)):
        yield Month(date(year, month, 1), [(entry, row_of(entry.type)) for entry in group])


def _place(entry: Entry) -> tuple[datetime, int]:
    return entry.occurred_at, entry.stream_version
