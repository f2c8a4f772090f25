"""An open programme with two mentors and two mentees, and proposals between them: what most rules need."""

from __future__ import annotations

from uuid import UUID

from events.event import Event
from events.subjects.enrolment import Enrolled
from events.subjects.person import PersonRegistered
from events.subjects.programme import ProgrammeCreated, ProgrammeOpened
from events.subjects.relationship import Accepted, Proposed
from services.ids import enrolment_id
from tests.specs.pair import MENTEE, MENTOR, OUTSIDER, P, R
from tests.specs.spec import Given, Scenario, given

ORG = UUID("0b6f3b0e-6a55-4d0c-9a53-0a4c5f1b7c00")
MENTOR_2 = "0b6f3b0e-6a55-4d0c-9a53-0a4c5f1b7c06"
MENTEE_2 = "0b6f3b0e-6a55-4d0c-9a53-0a4c5f1b7c07"
UNKNOWN = "0b6f3b0e-6a55-4d0c-9a53-0a4c5f1b7cff"

CREATED = ProgrammeCreated(programme_id=P, name="Spring")
PROPOSED = Proposed(relationship_id=R, programme_id=P, mentors=(MENTOR,), mentees=(MENTEE,), title="A parser")
ACCEPTED = Accepted(relationship_id=R, programme_id=P)


def accepted_by(person: str) -> Accepted:
    """One person's word."""
    return Accepted(relationship_id=R, programme_id=P, person=person)


def enrolled(person: str, role: str) -> Enrolled:
    """A place in the programme."""
    id_ = enrolment_id(ORG, P, person, role)
    return Enrolled(enrolment_id=id_, programme_id=P, person_id=person, role=role)


def in_programme(scenario: Scenario, *programme: Event) -> Scenario:
    """Everybody registered and enrolled (the outsider registered alone); the programme open unless told otherwise."""
    scenario = scenario.also("programme", *(programme or (CREATED, ProgrammeOpened())))
    for person in (MENTOR, MENTOR_2, MENTEE, MENTEE_2, OUTSIDER):
        scenario = scenario.also("person", PersonRegistered(person_id=person, name=f"Person {person[-1]}"))
    places = ((MENTOR, "mentor"), (MENTOR_2, "mentor"), (MENTEE, "mentee"), (MENTEE_2, "mentee"))
    for person, role in places:
        scenario = scenario.also("enrolment", enrolled(person, role))
    return scenario


def relationship(*events: Given) -> Scenario:
    """A relationship to which this happened, in the open programme."""
    return in_programme(given("relationship", *events))
