"""Reads of the stored views: totals over all rows, pages of rows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from projections.engine import StoredRow
from projections.views.overview import Line, Overview, overview
from services.web.call import Call
from services.web.pages import Page, page_of, place_of
from services.web.problems import ApiError

_PAGE = 1_000


def totals(call: Call, programme_id: str, cadence_days: int) -> Overview:
    """The totals of a programme's relationships, now."""
    return overview(_lines(call, programme_id), call.services.clock(), cadence_days)


def rows_page(
    call: Call, query: dict[str, Any], view: str, *, scope: str | None = None, person: str | None = None
) -> Page:
    """A page of a view's rows."""
    limit = query["limit"]
    found = call.services.views.rows(
        call.org, view, scope=scope, person=person, after=_after(query.get("cursor")), limit=limit + 1
    )
    return page_of(found, limit, lambda row: f"{row.stream}#{row.ordinal}", lambda row: row.body)


def _lines(call: Call, programme_id: str) -> Iterator[Line]:
    last: StoredRow | None = None
    while True:
        after = (last.stream, last.ordinal) if last else None
        page = call.services.views.rows(call.org, "overview", scope=programme_id, after=after, limit=_PAGE)
        yield from (row.body for row in page)
        if len(page) < _PAGE:
            return
        last = page[-1]


def _after(cursor: str | None) -> tuple[str, int] | None:
    place = place_of(cursor)
    if place is None:
        return None
    stream, _, ordinal = place.partition("#")
    if not ordinal.isdecimal() or len(ordinal) > 9:
        raise ApiError("invalid_cursor", "This cursor did not come from here; begin without one.")
    return stream, int(ordinal)
