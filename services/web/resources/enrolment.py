"""Enrolments as they go out."""

from __future__ import annotations

import msgspec

from projections.queries import Current
from services.web.resources.shared import When


class Enrolment(msgspec.Struct, frozen=True, kw_only=True):
    """A person's place in a programme in one role; capacity null: as many as the programme's rules say."""

    id: str
    programme_id: str
    person_id: str
    role: str
    status: str
    status_at: When | None
    capacity: int | None
    skills: tuple[str, ...]
    version: int
    position: int
    changed_at: When


def enrolment_of(current: Current) -> Enrolment:
    """What a reader sees of an enrolment."""
    state = current.state
    return Enrolment(
        id=current.id,
        programme_id=state.programme_id,
        person_id=state.person_id,
        role=state.role,
        status=state.status,
        status_at=state.status_at,
        capacity=state.capacity,
        skills=state.skills,
        version=current.version,
        position=current.position,
        changed_at=current.changed_at,
    )
