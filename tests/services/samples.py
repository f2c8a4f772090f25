"""A small organisation made by commands: one open programme, people with places in it, a proposal."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID, uuid4

from services.decisions.enrolment import Enrol
from services.decisions.person import RegisterPerson
from services.decisions.programme import CreateProgramme, OpenProgramme
from services.decisions.relationship import AcceptRelationship, ProposeRelationship
from services.pipeline import Answer
from services.world import Command
from tests.core import Whole

ACTOR = "token:test"


def new_id() -> str:
    """A fresh id."""
    return str(uuid4())


@dataclass(frozen=True)
class Organisation:
    """One organisation and the way into it."""

    whole: Whole
    org: UUID

    def do(self, command: Command, *, key: str | None = None, expected: int | None = None) -> Answer:
        """Handle a command as a coordinator."""
        return self.whole.pipeline.handle(self.org, command, actor=ACTOR, key=key, expected=expected)

    def programme(self) -> str:
        """An open programme."""
        programme = new_id()
        self.do(CreateProgramme(programme_id=programme, name="Engineering"))
        self.do(OpenProgramme(programme_id=programme))
        return programme

    def person(self, name: str = "Ada") -> str:
        """A registered person."""
        person = new_id()
        self.do(RegisterPerson(person_id=person, name=name, email=f"{person}@people.example"))
        return person

    def enrolled(self, programme: str, role: str, capacity: int | None = None) -> str:
        """A person with a place in a programme."""
        person = self.person()
        self.do(Enrol(org=self.org, programme_id=programme, person_id=person, role=role, capacity=capacity))
        return person

    def proposal(self, programme: str, mentor: str, mentee: str) -> str:
        """A proposed relationship."""
        relationship = new_id()
        self.do(
            ProposeRelationship(
                org=self.org,
                relationship_id=relationship,
                programme_id=programme,
                mentors=(mentor,),
                mentees=(mentee,),
                title="Learn",
            )
        )
        return relationship

    def running(self) -> str:
        """A running relationship in a programme of its own."""
        programme = self.programme()
        pair = (self.enrolled(programme, "mentor"), self.enrolled(programme, "mentee"))
        relationship = self.proposal(programme, *pair)
        self.do(AcceptRelationship(relationship_id=relationship))
        return relationship
