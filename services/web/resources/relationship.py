"""Relationships as they go out."""

from __future__ import annotations

from datetime import date

import msgspec

from projections.queries import Current
from projections.subjects.agreement import Agreement, Fit
from projections.subjects.relationship import RelationshipState, Separation
from services.web.resources.shared import When


class RelationshipSummary(msgspec.Struct, frozen=True, kw_only=True):
    """A relationship in a list; mentors and mentees are person ids."""

    id: str
    programme_id: str
    status: str
    stage: str
    title: str
    unit: str
    mentors: tuple[str, ...]
    mentees: tuple[str, ...]
    starts_on: date | None
    ends_on: date | None
    version: int
    position: int
    changed_at: When


class Participant(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who is or was in it; until null: still is."""

    id: str
    name: str
    role: str
    since: When
    until: When | None


class Numbers(msgspec.Struct, frozen=True, kw_only=True):
    """How much of everything there is; the parts themselves have addresses of their own."""

    goals_total: int
    goals_open: int
    goals_achieved: int
    sessions_held: int
    minutes_held: int
    commitments_open: int
    feedback_given: int
    feedback_unanswered: int
    corrections: int


class Relationship(msgspec.Struct, frozen=True, kw_only=True):
    """A relationship as it stands, or stood: version and position are of the last event that counts.

    accepted_by: who accepted the proposal and when, by person id; fit: what each says of the partner, by person id;
    goals_met: ids of the goals that both sides called met when they parted.
    """

    id: str
    programme_id: str
    status: str
    status_at: When | None
    stage: str
    stage_at: When | None
    outcome: str
    title: str
    unit: str
    sub_unit: str
    description: str
    expected_outcome: str
    size: str
    skills: tuple[str, ...]
    links: tuple[str, ...]
    starts_on: date | None
    ends_on: date | None
    people: tuple[Participant, ...]
    accepted_by: dict[str, When]
    accepted_at: When | None
    fit: dict[str, Fit]
    agreement: Agreement | None
    separation: Separation | None
    goals_met: tuple[str, ...]
    numbers: Numbers
    simulated: bool
    version: int
    position: int
    changed_at: When


def summary_of(current: Current) -> RelationshipSummary:
    """What a list says of a relationship."""
    state: RelationshipState = current.state
    return RelationshipSummary(
        id=current.id,
        programme_id=state.programme_id,
        status=state.status,
        stage=state.stage,
        title=state.title,
        unit=state.unit,
        mentors=state.mentors,
        mentees=state.mentees,
        starts_on=state.starts_on,
        ends_on=state.ends_on,
        version=current.version,
        position=current.position,
        changed_at=current.changed_at,
    )


def relationship_of(
    state: RelationshipState, names: dict[str, str], *, version: int, position: int, changed_at: When
) -> Relationship:
    """What a reader sees of a relationship; names of its people by id."""
    about = state.about
    return Relationship(
        id=state.relationship_id,
        programme_id=state.programme_id,
        status=state.status,
        status_at=state.status_at,
        stage=state.stage,
        stage_at=state.stage_at,
        outcome=state.outcome,
        title=about.title,
        unit=about.unit,
        sub_unit=about.sub_unit,
        description=about.description,
        expected_outcome=about.expected_outcome,
        size=about.size,
        skills=about.skills,
        links=about.links,
        starts_on=about.starts_on,
        ends_on=about.ends_on,
        people=_people(state, names),
        accepted_by=state.accepted_by,
        accepted_at=state.accepted_at,
        fit=state.fit,
        agreement=state.agreement,
        separation=state.open_separation,
        goals_met=state.goals_met,
        numbers=_numbers(state),
        simulated=state.simulated,
        version=version,
        position=position,
        changed_at=changed_at,
    )


def _people(state: RelationshipState, names: dict[str, str]) -> tuple[Participant, ...]:
    return tuple(
        Participant(id=one.person, name=names.get(one.person, ""), role=one.role, since=one.since, until=one.until)
        for one in state.members
    )


def _numbers(state: RelationshipState) -> Numbers:
    return Numbers(
        goals_total=state.goals.total,
        goals_open=state.goals.open,
        goals_achieved=state.goals.achieved,
        sessions_held=state.sessions.held,
        minutes_held=state.sessions.minutes_held,
        commitments_open=state.sessions.commitments_open,
        feedback_given=state.feedback.given,
        feedback_unanswered=state.feedback.unanswered,
        corrections=state.corrected,
    )
