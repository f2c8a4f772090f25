"""What pages look up: an entity by the id in the address, the frames of programmes."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from projections.queries import Current
from projections.views.frame import Frame, frame_of
from services.console.signing import Visit
from services.errors import NotFound


def current(visit: Visit, kind: str, id_: str) -> Current:
    """The entity of an id. Raises NotFound, for another organisation's as well and for what is no id at all."""
    found = visit.services.queries.one(visit.org, f"{kind}-{id_}") if _is_id(id_) else None
    if found is None:
        raise NotFound(f"unknown_{kind}", f"There is no {kind} of this id here.")
    return found


def frames(visit: Visit, programmes: Iterable[str]) -> dict[str, Frame]:
    """The frame of each programme by id; the general one where there is no such programme."""
    ids = set(programmes)
    found = visit.services.queries.some(visit.org, [f"programme-{one}" for one in ids])
    known = {one.id: frame_of(one.state) for one in found.values()}
    return {one: known.get(one, Frame()) for one in ids}


def _is_id(text: str) -> bool:
    try:
        return str(UUID(text)) == text
    except ValueError:
        return False
