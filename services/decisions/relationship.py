"""The life of a relationship: proposed, accepted, declined, withdrawn, reinstated, and what it is about.

Its people stand in `relationship_people`, its stages and its end in `relationship_stage`.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import assert_never

from events.event import Event
from events.subjects.relationship import (
    Accepted,
    Change,
    Declined,
    LinkChanged,
    Proposed,
    Reinstated,
    Revised,
    Withdrawn,
)
from projections.subjects.relationship import ACTIVE, DECLINED, PROPOSED, WITHDRAWN, RelationshipState
from projections.subjects.relationship_description import TEXTS
from services.acting import must_act_as, must_be_among, must_be_party, must_coordinate, person_of
from services.decisions.programme import must_be_open
from services.errors import Refused
from services.parties import Parties, must_be_in_role, streams_of
from services.texts import TEXT, TITLE, must_be_list, must_be_term, must_fit, must_follow
from services.within import WithinRelationship, must_belong, must_exist
from services.world import World

_PAGES = "pages"
_LIMITS = {"title": TITLE, "unit": TITLE, "sub_unit": TITLE, "size": TITLE}


class ProposeRelationship(Parties, frozen=True, kw_only=True):
    """Offer to work on something under a new id; mentees may still be to be found."""

    mentors: tuple[str, ...]
    mentees: tuple[str, ...] = ()
    title: str = ""
    unit: str = ""
    sub_unit: str = ""
    description: str = ""
    expected_outcome: str = ""
    size: str = ""
    skills: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    starts_on: date | None = None
    ends_on: date | None = None
    simulated: bool = False

    def reads(self) -> tuple[str, ...]:
        """The programme, the people and their places in it."""
        return (
            f"programme-{self.programme_id}",
            *streams_of(self, mentors=self.mentors, mentees=self.mentees),
        )


class AcceptRelationship(WithinRelationship, frozen=True, kw_only=True):
    """Accept for one person; without a person a coordinator writes down that all have."""

    person: str | None = None
    occurred_at: datetime | None = None


class DeclineRelationship(WithinRelationship, frozen=True, kw_only=True):
    """Refuse the proposal; person is who does."""

    person: str
    reason: str = ""
    occurred_at: datetime | None = None


class WithdrawRelationship(WithinRelationship, frozen=True, kw_only=True):
    """Take the proposal or the running relationship back, without fault; person is who asked for it."""

    person: str | None = None
    reason: str = ""
    occurred_at: datetime | None = None


class ReinstateRelationship(WithinRelationship, frozen=True, kw_only=True):
    """Take a withdrawal back: it is proposed, or runs, again."""

    reason: str = ""
    occurred_at: datetime | None = None


class ReviseRelationship(WithinRelationship, frozen=True, kw_only=True):
    """Change what it is about; None leaves a field as it is. minor: nobody needs to be told."""

    title: str | None = None
    unit: str | None = None
    sub_unit: str | None = None
    description: str | None = None
    expected_outcome: str | None = None
    size: str | None = None
    skills: tuple[str, ...] | None = None
    links: tuple[str, ...] | None = None
    minor: bool = False
    occurred_at: datetime | None = None


RelationshipCommand = (
    ProposeRelationship
    | AcceptRelationship
    | DeclineRelationship
    | WithdrawRelationship
    | ReinstateRelationship
    | ReviseRelationship
)


def decide(command: RelationshipCommand, state: RelationshipState, world: World) -> list[Event]:
    """The events of a command about a relationship's life."""
    if isinstance(command, ProposeRelationship):
        return _propose(command, state, world)
    must_exist(state)
    must_be_party(world.actor, state)
    match command:
        case AcceptRelationship():
            return _accept(command, state, world)
        case DeclineRelationship():
            return _decline(command, state, world)
        case WithdrawRelationship():
            return _withdraw(command, state, world)
        case ReinstateRelationship():
            return _reinstate(command, state, world)
        case ReviseRelationship():
            return _revise(command, state, world)
        case _:
            assert_never(command)


def _propose(command: ProposeRelationship, state: RelationshipState, world: World) -> list[Event]:
    event = _proposal(command)
    if state.status:
        if _proposal_in(state) == (event.programme_id, event.mentors, event.mentees, event.title, event.unit):
            return []
        raise Refused("relationship_exists", "This id is another relationship's; propose under a new id.")
    must_be_open(world.state("programme", command.programme_id))
    _must_be_sides(command)
    must_be_among(world.actor, (*command.mentors, *command.mentees))
    must_be_in_role(command, world, mentors=command.mentors, mentees=command.mentees)
    must_be_term(command.starts_on, command.ends_on)
    _must_fit(command)
    return [event]


def _accept(command: AcceptRelationship, state: RelationshipState, world: World) -> list[Event]:
    if command.person is None:
        must_coordinate(world.actor, "accept for everybody; say for whom you accept")
    else:
        must_act_as(world.actor, command.person)
        must_belong(state, command.person, "person who accepts")
    if state.status == ACTIVE or (state.status == PROPOSED and command.person in state.accepted_by):
        return []
    _must_be_proposed(state, "accepted")
    must_follow(command.occurred_at, state.status_at, world)
    return [Accepted(relationship_id=command.relationship_id, programme_id=state.programme_id, person=command.person)]


def _decline(command: DeclineRelationship, state: RelationshipState, world: World) -> list[Event]:
    must_act_as(world.actor, command.person)
    must_belong(state, command.person, "person who declines")
    if state.status == DECLINED:
        return []
    _must_be_proposed(state, "declined")
    must_fit(TEXT, reason=command.reason)
    must_follow(command.occurred_at, state.status_at, world)
    return [Declined(person=command.person, reason=command.reason)]


def _withdraw(command: WithdrawRelationship, state: RelationshipState, world: World) -> list[Event]:
    if command.person is not None:
        must_act_as(world.actor, command.person)
        must_belong(state, command.person, "person who withdraws")
    if state.status == WITHDRAWN:
        return []
    if state.status not in (PROPOSED, ACTIVE):
        sentence = f"The relationship is {state.status}: only a proposed or running one can be withdrawn."
        raise Refused("cannot_withdraw", sentence, status=state.status)
    must_fit(TEXT, reason=command.reason)
    must_follow(command.occurred_at, state.status_at, world)
    person = command.person or person_of(world.actor)
    return [Withdrawn(was=state.status, person=person, reason=command.reason)]


def _reinstate(command: ReinstateRelationship, state: RelationshipState, world: World) -> list[Event]:
    if state.status in (PROPOSED, ACTIVE):
        return []
    if state.status != WITHDRAWN:
        sentence = f"The relationship is {state.status}, not withdrawn; propose a new one instead."
        raise Refused("not_withdrawn", sentence, status=state.status)
    must_fit(TEXT, reason=command.reason)
    must_follow(command.occurred_at, state.status_at, world)
    return [Reinstated(to=PROPOSED if state.accepted_at is None else ACTIVE, reason=command.reason)]


def _revise(command: ReviseRelationship, state: RelationshipState, world: World) -> list[Event]:
    _must_fit(command)
    events: list[Event] = []
    changes = tuple(_changes(command, state))
    for change in changes:
        must_follow(command.occurred_at, state.about.said_at.get(change.field), world)
    if changes:
        events.append(Revised(changes=changes, minor=command.minor))
    if command.links is not None and set(command.links) != set(state.about.links):
        before, after = state.about.links, command.links
        added = tuple(link for link in dict.fromkeys(after) if link not in before)
        removed = tuple(link for link in before if link not in after)
        for link in (*added, *removed):
            page = state.about.pages.get(link)
            must_follow(command.occurred_at, page.at if page else None, world)
        events.append(LinkChanged(link=_PAGES, added=added, removed=removed))
    return events


def _changes(command: ReviseRelationship, state: RelationshipState) -> list[Change]:
    wanted = {name: getattr(command, name) for name in (*TEXTS, "skills")}
    return [
        Change(field=name, to=to, was=was)
        for name, to in wanted.items()
        if to is not None and to != (was := getattr(state.about, name))
    ]


def _proposal(command: ProposeRelationship) -> Proposed:
    return Proposed(
        relationship_id=command.relationship_id,
        programme_id=command.programme_id,
        mentors=command.mentors,
        mentees=command.mentees,
        title=command.title,
        unit=command.unit,
        sub_unit=command.sub_unit,
        description=command.description,
        expected_outcome=command.expected_outcome,
        size=command.size,
        skills=command.skills,
        links=command.links,
        starts_on=command.starts_on,
        ends_on=command.ends_on,
        simulated=command.simulated,
    )


def _proposal_in(state: RelationshipState) -> tuple[object, ...]:
    return (state.programme_id, state.mentors, state.mentees, state.title, state.unit)


def _must_be_sides(command: ProposeRelationship) -> None:
    if not command.mentors:
        raise Refused("no_mentor", "A relationship needs at least one mentor; name one.")
    must_be_list(mentors=command.mentors, mentees=command.mentees)
    for people in (command.mentors, command.mentees):
        if len(set(people)) < len(people):
            raise Refused("named_twice", "Somebody is named twice on one side; name everybody once.")
    both = sorted(set(command.mentors) & set(command.mentees))
    if both:
        sentence = "Nobody is mentor and mentee of the same relationship; leave them on one side."
        raise Refused("mentor_and_mentee", sentence, people=both)


def _must_be_proposed(state: RelationshipState, done: str) -> None:
    if state.status != PROPOSED:
        sentence = f"The relationship is {state.status}: only a proposal can be {done}."
        raise Refused("not_proposed", sentence, status=state.status)


def _must_fit(command: ProposeRelationship | ReviseRelationship) -> None:
    for name in TEXTS:
        must_fit(_LIMITS.get(name, TEXT), **{name: getattr(command, name) or ""})
    must_be_list(skills=command.skills or (), links=command.links or ())
