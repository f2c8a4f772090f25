"""What all routes inside a relationship share: the outcome of their writes, and lists of its parts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import msgspec

from services.errors import NotFound
from services.web.answers import One, Written
from services.web.call import Call
from services.web.pages import Page, page_of, place_of
from services.world import Command

RELATIONSHIP = "/relationships/<uuid:relationship_id>"
Part = TypeVar("Part", bound=msgspec.Struct)


def written(call: Call, relationship_id: str, command: Command) -> Written:
    """The outcome of a command about the relationship as a whole."""
    return Written(answer=call.handle(command), id=relationship_id, path=f"/relationships/{relationship_id}")


def written_part(call: Call, relationship_id: str, kind: str, id_: str, command: Command) -> Written:
    """The outcome of a command about a part of it; kind as in the path: goals, sessions, ..."""
    return Written(answer=call.handle(command), id=id_, path=f"/relationships/{relationship_id}/{kind}/{id_}")


def parts_page(query: dict[str, Any], found: Mapping[str, Part], shape: Callable[[str, Part], Any]) -> Page:
    """A page of the parts, in the order of their ids."""
    after = place_of(query.get("cursor")) or ""
    rest = [(id_, one) for id_, one in sorted(found.items()) if id_ > after]
    return page_of(rest[: query["limit"] + 1], query["limit"], lambda one: one[0], lambda one: shape(*one))


def part(
    found: Mapping[str, Part], kind: str, id_: str, version: int, shape: Callable[[str, Part], msgspec.Struct]
) -> One:
    """One of the parts. Raises NotFound `unknown_<kind>`."""
    one = found.get(id_)
    if one is None:
        raise NotFound(f"unknown_{kind}", f"This relationship has no {kind} of this id.")
    return One(body=shape(id_, one), version=version)
