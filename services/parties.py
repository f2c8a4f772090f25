"""What commands that bring people into a relationship share: the people and their places in the programme."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from projections.subjects.enrolment import ENROLLED
from projections.subjects.relationship import MENTEE, MENTOR
from services.decisions.person import must_be_person
from services.errors import Refused
from services.ids import enrolment_id
from services.within import WithinRelationship
from services.world import World


class Parties(WithinRelationship, frozen=True, kw_only=True):
    """A command that names people; programme_id is the relationship's programme, where they have a place."""

    org: UUID
    programme_id: str
    occurred_at: datetime | None = None


def streams_of(command: Parties, *, mentors: tuple[str, ...] = (), mentees: tuple[str, ...] = ()) -> tuple[str, ...]:
    """The streams of the people and of their places in the programme."""
    places = _places(mentors, mentees)
    people = dict.fromkeys(f"person-{person}" for _, person in places)
    return (*people, *(_enrolment(command, role, person) for role, person in places))


def must_be_in_role(
    command: Parties, world: World, *, mentors: tuple[str, ...] = (), mentees: tuple[str, ...] = ()
) -> None:
    """Refuse (`unknown_person`, `not_enrolled`) people who cannot take the role in the programme."""
    for role, person in _places(mentors, mentees):
        must_be_person(world.state("person", person), person)
        _, _, id_ = _enrolment(command, role, person).partition("-")
        if world.state("enrolment", id_).status != ENROLLED:
            sentence = f"A {role} of this relationship is not enrolled in the programme as {role}; enrol them first."
            raise Refused("not_enrolled", sentence, person=person, role=role)


def _places(mentors: tuple[str, ...], mentees: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    return (*((MENTOR, person) for person in mentors), *((MENTEE, person) for person in mentees))


def _enrolment(command: Parties, role: str, person: str) -> str:
    return f"enrolment-{enrolment_id(command.org, command.programme_id, person, role)}"
