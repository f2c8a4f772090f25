"""The pages of programmes: all of them with their figures, and one with its relationships."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime

from flask import Response, request

from projections.queries import Current
from projections.subjects.relationship import ACTIVE, CLOSED, DECLINED, PROPOSED, STAGES, WITHDRAWN
from projections.views.frame import Frame, frame_of
from projections.views.overview import Line, Overview, is_over, is_silent, line
from services.console.lookup import current
from services.console.signing import Visit
from services.web.answers import respond
from services.web.pages import cursor_of, place_of
from services.web.rosters import roster_file
from services.web.viewed import totals

STATUSES = (PROPOSED, ACTIVE, CLOSED, DECLINED, WITHDRAWN)
PROGRAMMES, RELATIONSHIPS = 100, 50
_LONGEST = 100


@dataclass(frozen=True, slots=True)
class Row:
    """One relationship in a list; over: past its last day without an end on record; names: of its people by id."""

    line: Line
    silent: bool
    over: bool
    names: dict[str, str]


@dataclass(frozen=True, slots=True)
class Filters:
    """What a list is narrowed to, and where its page begins."""

    status: str
    search: str
    cursor: str | None

    def narrowed(self, **changes: str | None) -> dict[str, str]:
        """The parameters of an address with some of them changed; a change of filter begins anew."""
        values = {"status": self.status, "search": self.search, **changes}
        return {name: value for name, value in values.items() if value}


def show_all(visit: Visit) -> Response:
    """All programmes, each with its figures; those without a term and the latest ones first."""
    cursor = request.args.get("cursor") or None
    after = place_of(cursor)
    found = _latest_first(_all_programmes(visit))
    start = next((place for place, one in enumerate(found, 1) if one.stream == after), 0)
    page = found[start : start + PROGRAMMES]
    shown = [(one, _totals(visit, one)) for one in page]
    more = cursor_of(page[-1].stream) if len(found) > start + PROGRAMMES else None
    return visit.page("console/programmes.html", programmes=shown, more=more, cursor=cursor)


def _all_programmes(visit: Visit) -> Iterator[Current]:
    """Each programme, in the order of names; no index knows their terms, so that order is made here."""
    found = visit.services.queries.many_by_label(visit.org, "programme", limit=PROGRAMMES)
    while found:
        yield from found
        after = found[-1].stream
        found = visit.services.queries.many_by_label(visit.org, "programme", after=after, limit=PROGRAMMES)


def _latest_first(programmes: Iterable[Current]) -> list[Current]:
    """Those without a term, then the latest; of one day in the order in which they came."""
    return sorted(programmes, key=lambda one: one.state.starts_on or date.max, reverse=True)


def show(visit: Visit, id_: str) -> Response:
    """One programme: its figures and a page of its relationships."""
    programme = current(visit, "programme", id_)
    filters = _filters()
    found = visit.services.queries.many_by_label(
        visit.org, "relationship", scope=id_, status=filters.status or None, search=filters.search or None,
        after=place_of(filters.cursor), limit=RELATIONSHIPS + 1,
    )  # fmt: skip  # a query in few lines
    shown = found[:RELATIONSHIPS]
    return visit.page(
        "console/programme.html",
        programme=programme.state,
        totals=_totals(visit, programme),
        rows=rows_of(visit, shown, {id_: frame_of(programme.state)}),
        filters=filters,
        statuses=STATUSES,
        stages=STAGES,
        more=cursor_of(shown[-1].stream) if len(found) > RELATIONSHIPS else None,
    )


def keep(visit: Visit, id_: str) -> Response:
    """One programme's roster as a file for spreadsheets, and for another import."""
    programme = current(visit, "programme", id_)
    return respond(roster_file(visit.call, programme.id))


def rows_of(visit: Visit, found: list[Current], frames: dict[str, Frame]) -> list[Row]:
    """The rows of relationships; frames by programme id."""
    lines = [line(one.state, frames[one.state.programme_id]) for one in found]
    names = visit.services.queries.names(visit.org, {who for one in lines for who in (*one.mentors, *one.mentees)})
    now = visit.services.clock()
    return [Row(one, _is_silent(one, frames[one.programme_id], now), is_over(one, now), names) for one in lines]


def _is_silent(one: Line, frame: Frame, now: datetime) -> bool:
    return one.status == ACTIVE and is_silent(one, now, frame.policy.cadence_days)


def _totals(visit: Visit, programme: Current) -> Overview:
    return totals(visit.call, programme.id, programme.state.policy.cadence_days)


def _filters() -> Filters:
    status = request.args.get("status", "")
    search = request.args.get("search", "").replace("\0", "").strip()[:_LONGEST]
    return Filters(status if status in STATUSES else "", search, request.args.get("cursor") or None)
