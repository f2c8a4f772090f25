"""What a relationship is about: each field with the moment that set it, since facts may arrive late."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

import msgspec
from msgspec.structs import replace

from events.subjects.relationship import Accepted, Change, LinkChanged, Moved, Proposed, Registered

TEXTS = ("title", "unit", "sub_unit", "description", "expected_outcome", "size")
_WHOLE = ("programme_id", *TEXTS, "skills", "roles", "starts_on", "ends_on")
_REVISABLE = frozenset((*TEXTS, "skills"))


class Page(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Whether an address stands in the description, and since when it does or does not."""

    at: datetime
    there: bool = True


class Description(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The programme and the words; roles: person id to what a mentor is called.

    said_at holds the moment of each field that was ever said; known_as every (unit, title) that it ever had,
    the present one included.
    """

    programme_id: str = ""
    title: str = ""
    unit: str = ""
    sub_unit: str = ""
    description: str = ""
    expected_outcome: str = ""
    size: str = ""
    skills: tuple[str, ...] = ()
    pages: dict[str, Page] = {}
    roles: dict[str, str] = {}
    starts_on: date | None = None
    ends_on: date | None = None
    said_at: dict[str, datetime] = {}
    known_as: tuple[tuple[str, str], ...] = ()

    @property
    def links(self) -> tuple[str, ...]:
        """The addresses that stand in it."""
        return tuple(link for link, page in self.pages.items() if page.there)


def told(before: Description, data: Proposed | Registered | Accepted | Moved, at: datetime) -> Description:
    """The description after a full account; what it leaves empty it does not speak of."""
    said: dict[str, Any] = {name: value for name in _WHOLE if (value := getattr(data, name, None))}
    if "roles" in said:  # a record has members in the order of their names: so has what is folded before it is stored
        said["roles"] = dict(sorted(said["roles"].items()))
    after = _paged(_said(before, said, at), getattr(data, "links", ()), at)
    return _known_as(after, (data.unit, data.title)) if data.title or data.unit else after


def revised(before: Description, changes: tuple[Change, ...], at: datetime) -> Description:
    """The description after changes of single fields; a field that nobody knows is left to the events."""
    said = {one.field: _value(one.field, one.to) for one in changes if one.field in _REVISABLE}
    was = {one.field: one.was for one in changes if isinstance(one.was, str)}
    if "title" in was or "unit" in was:
        before = _known_as(before, (was.get("unit") or before.unit, was.get("title") or before.title))
    return _said(before, said, at)


def linked(before: Description, data: LinkChanged, at: datetime) -> Description:
    """The description after addresses of pages were added and removed."""
    return _paged(_paged(before, data.removed, at, there=False), data.added, at)


def _paged(before: Description, links: tuple[str, ...], at: datetime, *, there: bool = True) -> Description:
    known = before.pages
    newer = {link: Page(at=at, there=there) for link in links if link not in known or at >= known[link].at}
    return replace(before, pages={**known, **newer}) if newer else before


def _said(before: Description, said: Mapping[str, Any], at: datetime) -> Description:
    newer = {name: value for name, value in said.items() if _not_older(before.said_at.get(name), at)}
    after = replace(before, said_at={**before.said_at, **dict.fromkeys(newer, at)}, **newer)
    return _known_as(after, (after.unit, after.title)) if "title" in newer or "unit" in newer else after


def _not_older(known: datetime | None, at: datetime) -> bool:
    return known is None or at >= known


def _known_as(before: Description, name: tuple[str, str]) -> Description:
    return before if name in before.known_as else replace(before, known_as=(*before.known_as, name))


def _value(field: str, to: str | tuple[str, ...] | None) -> str | tuple[str, ...]:
    """The value in the field's own type: skills are a tuple, everything else is text."""
    if field == "skills":
        return (to,) if isinstance(to, str) and to else tuple(to or ())
    return to if isinstance(to, str) else ", ".join(to or ())
