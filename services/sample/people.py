"""Simulated people and their places in programmes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from events.subjects.enrolment import Enrolled
from events.subjects.person import PersonRegistered
from services.ids import enrolment_id
from services.pipeline import Fact
from services.sample.dice import Dice
from services.sample.names import WEIGHTED

CAPACITY = 4
_TRIES = 20


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody simulated; zone is an IANA time zone name."""

    id: str
    name: str
    email: str
    zone: str


def invent(dice: Dice, number: int, taken: set[str]) -> Person:
    """A new person; the number keeps addresses apart, which belong to nobody (`.example`).

    taken: names that are better not given again; they are if chance gives nothing else, as in life.
    """
    for _ in range(_TRIES):
        culture = dice.pick(WEIGHTED)
        given, family = dice.pick(culture.given), dice.pick(culture.family)
        name = f"{family[0]}{given[0]}" if culture.family_first else f"{given[0]} {family[0]}"
        if name not in taken:
            break
    taken.add(name)
    email = f"{given[1]}.{family[1]}.{number}@people.example".lower()
    return Person(dice.id(), name, email, dice.pick(culture.zones))


def registered(person: Person, at: datetime) -> Fact:
    """The fact that a person became known."""
    data = PersonRegistered(person_id=person.id, name=person.name, email=person.email, zone=person.zone, simulated=True)
    return Fact(stream=f"person-{person.id}", data=data, occurred_at=at)


def enrolled(org: UUID, programme_id: str, person: Person, role: str, *, skills: tuple[str, ...], at: datetime) -> Fact:
    """The fact that a person has a place in a programme; mentors have room for four relationships."""
    id_ = enrolment_id(org, programme_id, person.id, role)
    data = Enrolled(
        enrolment_id=id_,
        programme_id=programme_id,
        person_id=person.id,
        role=role,
        capacity=CAPACITY if role == "mentor" else None,
        skills=skills,
    )
    return Fact(stream=f"enrolment-{id_}", data=data, occurred_at=at)
