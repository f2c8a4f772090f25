"""Pages of a list: an opaque cursor says behind what the next page begins."""

from __future__ import annotations

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import msgspec

from services.web.fields import Line, Number, Strict
from services.web.problems import ApiError

DEFAULT, MOST = 50, 200
T = TypeVar("T")


class PageQuery(Strict):
    """Which page, and how many items at most."""

    cursor = Line(400, metadata={"description": "As it came in `next` of the page before."})
    limit = Number(1, MOST, load_default=DEFAULT)


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """Items, and where the next page begins (None for no more); names the parameter that takes it."""

    items: Sequence[Any]
    after: str | None
    parameter: str = "cursor"


def page_of(found: Sequence[T], limit: int, place: Callable[[T], str], shape: Callable[[T], Any]) -> Page:
    """A page out of limit + 1 items that were looked for; place is what the next page begins behind."""
    after = cursor_of(place(found[limit - 1])) if len(found) > limit else None
    return Page(items=[shape(one) for one in found[:limit]], after=after)


def cursor_of(place: str) -> str:
    """The cursor for a place in a list."""
    return urlsafe_b64encode(place.encode()).decode().rstrip("=")


def place_of(cursor: str | None) -> str | None:
    """The place that a cursor stands for. Raises ApiError `invalid_cursor`."""
    if cursor is None:
        return None
    try:
        place = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode("ascii")
    except (binascii.Error, ValueError):
        place = ""
    if not place or not place.isprintable() or cursor_of(place) != cursor:
        raise ApiError("invalid_cursor", "This cursor did not come from here; begin without one.")
    return place
