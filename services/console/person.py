"""The page of one person: where they are enrolled, whom they work with, what lies before them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from flask import Response

from projections.subjects.relationship import ACTIVE, PROPOSED
from projections.views.agenda import SESSION, Item
from services.console.lookup import current, frames
from services.console.programme import Row, rows_of
from services.console.signing import Visit

_MOST = 200
_NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Ahead:
    """One thing that lies before the person; when it is due, None for an unanswered proposal or feedback."""

    item: Item
    when: datetime | None
    late: bool


def show(visit: Visit, id_: str) -> Response:
    """The person, with what they share with others."""
    person = current(visit, "person", id_)
    queries = visit.services.queries
    places = queries.many(visit.org, "enrolment", member=id_, limit=_MOST)
    shared = queries.many(visit.org, "relationship", member=id_, limit=_MOST)
    programmes = {one.state.programme_id for one in (*places, *shared)}
    names = queries.names(visit.org, programmes=programmes)
    titles = {one.id: one.state.title for one in shared}
    return visit.page(
        "console/person.html",
        person=person.state,
        places=sorted((one.state for one in places), key=lambda one: (names.get(one.programme_id, ""), one.role)),
        rows=_running_first(rows_of(visit, shared, frames(visit, programmes))),
        ahead=_ahead(visit, id_),
        titles=titles,
        programme_names=names,
    )


def _running_first(rows: list[Row]) -> list[Row]:
    """What runs or may begin before what is over; of each the latest session first, then by title."""
    rows = sorted(rows, key=lambda one: one.line.title.casefold())
    rows.sort(key=lambda one: one.line.last_held_at or _NEVER, reverse=True)
    return sorted(rows, key=lambda one: one.line.status not in (ACTIVE, PROPOSED))


def _ahead(visit: Visit, person: str) -> list[Ahead]:
    """What is dated first, by date; then what waits for an answer."""
    now = visit.services.clock()
    found = [row.body for row in visit.services.views.rows(visit.org, "agenda", person=person, limit=_MOST)]
    ahead = [_dated(item, now) for item in found]
    return sorted(ahead, key=lambda one: (one.when is None, one.when or now, one.item.about))


def _dated(item: Item, now: datetime) -> Ahead:
    if item.due_on is not None:
        day = datetime(item.due_on.year, item.due_on.month, item.due_on.day, tzinfo=UTC)
        return Ahead(item, day, late=item.due_on < now.date())
    when = item.at if item.sort == SESSION else None
    return Ahead(item, when, late=when is not None and when < now)
