"""People as they go out."""

from __future__ import annotations

import msgspec

from projections.queries import Current
from services.web.resources.shared import When


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """A person's entry; ref is the organisation's own reference, corrections how often it was corrected."""

    id: str
    name: str
    email: str | None
    zone: str
    ref: str | None
    simulated: bool
    corrections: int
    version: int
    position: int
    changed_at: When


def person_of(current: Current) -> Person:
    """What a reader sees of a person."""
    state = current.state
    return Person(
        id=current.id,
        name=state.name,
        email=state.email,
        zone=state.zone,
        ref=state.ref,
        simulated=state.simulated,
        corrections=state.corrections,
        version=current.version,
        position=current.position,
        changed_at=current.changed_at,
    )
