"""Who is in a relationship: mentors join, leave and are replaced; mentees join."""

from __future__ import annotations

from datetime import datetime
from typing import assert_never

from events.event import Event
from events.subjects.relationship import MenteeJoined, MentorJoined, MentorLeft
from projections.subjects.relationship import ACTIVE, MENTEE, MENTOR, PROPOSED, RelationshipState
from services.acting import must_be_party
from services.errors import Refused
from services.parties import Parties, must_be_in_role, streams_of
from services.texts import TEXT, must_be_list, must_fit, must_follow
from services.within import must_exist
from services.world import World


class AddMentor(Parties, frozen=True, kw_only=True):
    """Let a mentor (person id) join beside the others."""

    person: str

    def reads(self) -> tuple[str, ...]:
        """The person and their place in the programme."""
        return streams_of(self, mentors=(self.person,))


class RemoveMentor(Parties, frozen=True, kw_only=True):
    """Let a mentor go; replaced_by are the people who take over, and the last mentor needs some."""

    person: str
    replaced_by: tuple[str, ...] = ()
    reason: str = ""

    def reads(self) -> tuple[str, ...]:
        """The people who take over and their places in the programme."""
        return streams_of(self, mentors=self.replaced_by)


class AddMentee(Parties, frozen=True, kw_only=True):
    """Let a mentee (person id) join."""

    person: str

    def reads(self) -> tuple[str, ...]:
        """The person and their place in the programme."""
        return streams_of(self, mentees=(self.person,))


PeopleCommand = AddMentor | RemoveMentor | AddMentee


def decide(command: PeopleCommand, state: RelationshipState, world: World) -> list[Event]:
    """The events of a command about a relationship's people."""
    must_exist(state)
    must_be_party(world.actor, state)
    if state.status not in (PROPOSED, ACTIVE):
        sentence = f"The relationship is {state.status}; people join and leave while it is proposed or runs."
        raise Refused("not_proposed_or_active", sentence, status=state.status)
    if command.programme_id != state.programme_id:
        sentence = "The relationship belongs to another programme; read it again."
        raise Refused("programme_differs", sentence, programme_id=state.programme_id)
    match command:
        case AddMentor():
            return _add_mentor(command, state, world)
        case RemoveMentor():
            return _remove_mentor(command, state, world)
        case AddMentee():
            return _add_mentee(command, state, world)
        case _:
            assert_never(command)


def _add_mentor(command: AddMentor, state: RelationshipState, world: World) -> list[Event]:
    if command.person in state.mentors:
        return []
    _must_be_new(state, MENTOR, command.person, command.occurred_at, world)
    must_be_in_role(command, world, mentors=(command.person,))
    return [MentorJoined(person=command.person)]


def _add_mentee(command: AddMentee, state: RelationshipState, world: World) -> list[Event]:
    if command.person in state.mentees:
        return []
    _must_be_new(state, MENTEE, command.person, command.occurred_at, world)
    must_be_in_role(command, world, mentees=(command.person,))
    return [MenteeJoined(person=command.person)]


def _remove_mentor(command: RemoveMentor, state: RelationshipState, world: World) -> list[Event]:
    member = next((one for one in state.members if one.role == MENTOR and one.person == command.person), None)
    if member is None:
        raise Refused("not_a_mentor", "This person is no mentor of this relationship.", person=command.person)
    if member.until is not None:
        return []
    if command.person in command.replaced_by:
        raise Refused("replaced_by_self", "Nobody takes over from themselves; name somebody else.")
    if state.mentors == (command.person,) and not command.replaced_by:
        sentence = "The last mentor cannot leave without somebody who takes over; name one, or withdraw or close."
        raise Refused("last_mentor", sentence)
    must_fit(TEXT, reason=command.reason)
    must_be_list(replaced_by=command.replaced_by)
    must_follow(command.occurred_at, member.since, world)
    new = tuple(person for person in command.replaced_by if person not in state.mentors)
    for person in new:
        _must_be_new(state, MENTOR, person, command.occurred_at, world)
    must_be_in_role(command, world, mentors=new)
    return [MentorLeft(person=command.person, replaced_by=command.replaced_by, reason=command.reason)]


def _must_be_new(state: RelationshipState, role: str, person: str, occurred_at: datetime | None, world: World) -> None:
    """Refuse somebody of the other side, and a return before the leaving."""
    if person in (state.mentees if role == MENTOR else state.mentors):
        sentence = "Nobody is mentor and mentee of the same relationship; choose somebody else."
        raise Refused("mentor_and_mentee", sentence, people=[person])
    for one in state.members:
        if one.role == role and one.person == person:
            must_follow(occurred_at, one.until, world)
