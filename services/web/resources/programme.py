"""Programmes and their overview, as they go out."""

from __future__ import annotations

from datetime import date

import msgspec

from events.subjects.programme import Policy
from projections.queries import Current
from projections.subjects.programme import Said
from projections.views.overview import Overview
from services.web.resources.shared import When


class Programme(msgspec.Struct, frozen=True, kw_only=True):
    """A programme as it stands; version is its stream's, position that of its last event in the log."""

    id: str
    name: str
    status: str
    status_at: When | None
    starts_on: date | None
    ends_on: date | None
    policy: Policy
    deadlines: dict[str, Said]
    noted: dict[str, Said]
    simulated: bool
    version: int
    position: int
    changed_at: When


class ProgrammeOverview(msgspec.Struct, frozen=True, kw_only=True):
    """Totals of a programme's relationships; position is the last one that they take in, -1 for none yet."""

    programme_id: str
    name: str
    position: int
    totals: Overview


def programme_of(current: Current) -> Programme:
    """What a reader sees of a programme."""
    state = current.state
    return Programme(
        id=current.id,
        name=state.name,
        status=state.status,
        status_at=state.status_at,
        starts_on=state.starts_on,
        ends_on=state.ends_on,
        policy=state.policy,
        deadlines=state.deadlines,
        noted=state.noted,
        simulated=state.simulated,
        version=current.version,
        position=current.position,
        changed_at=current.changed_at,
    )
