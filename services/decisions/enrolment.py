"""People's places in programmes: enrolled, capacity changed, withdrawn, re-enrolled."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar, assert_never
from uuid import UUID

from events.event import Event
from events.subjects.enrolment import CapacityChanged, Enrolled, EnrolmentWithdrawn, ReEnrolled
from projections.subjects.enrolment import ENROLLED, ROLES, WITHDRAWN, EnrolmentState
from services.decisions.person import must_be_person
from services.decisions.programme import must_be_open
from services.errors import NotFound, Refused
from services.ids import enrolment_id
from services.texts import TEXT, must_be_capacity, must_be_list, must_fit, must_follow
from services.world import Command, World


class Enrol(Command, frozen=True, kw_only=True):
    """Give a person a place as mentor or mentee; capacity: running relationships, None = the policy's."""

    KIND: ClassVar[str] = "enrolment"
    org: UUID
    programme_id: str
    person_id: str
    role: str
    capacity: int | None = None
    skills: tuple[str, ...] = ()
    occurred_at: datetime | None = None

    @property
    def target(self) -> str:
        """The id that follows from programme, person and role."""
        return enrolment_id(self.org, self.programme_id, self.person_id, self.role)

    def reads(self) -> tuple[str, ...]:
        """The programme and the person."""
        return (f"programme-{self.programme_id}", f"person-{self.person_id}")


class _OfEnrolment(Command, frozen=True, kw_only=True):
    KIND: ClassVar[str] = "enrolment"
    enrolment_id: str
    occurred_at: datetime | None = None

    @property
    def target(self) -> str:
        return self.enrolment_id


class ChangeCapacity(_OfEnrolment, frozen=True, kw_only=True):
    """Take more or fewer relationships; None = the policy's number. What runs already goes on."""

    capacity: int | None


class WithdrawEnrolment(_OfEnrolment, frozen=True, kw_only=True):
    """Leave the programme in this role; running relationships go on."""

    reason: str = ""


class ReEnrol(_OfEnrolment, frozen=True, kw_only=True):
    """Come back in the same role; programme_id is the programme of the place."""

    programme_id: str
    capacity: int | None = None

    def reads(self) -> tuple[str, ...]:
        """The programme."""
        return (f"programme-{self.programme_id}",)


EnrolmentCommand = Enrol | ChangeCapacity | WithdrawEnrolment | ReEnrol


def decide(command: EnrolmentCommand, state: EnrolmentState, world: World) -> list[Event]:
    """The events of a command about a place in a programme."""
    if isinstance(command, Enrol):
        return _enrol(command, state, world)
    if not state.status:
        raise NotFound("unknown_enrolment", "There is no enrolment of this id here.")
    match command:
        case ChangeCapacity():
            return _change_capacity(command, state, world)
        case WithdrawEnrolment():
            return _withdraw(command, state, world)
        case ReEnrol():
            return _re_enrol(command, state, world)
        case _:
            assert_never(command)


def _enrol(command: Enrol, state: EnrolmentState, world: World) -> list[Event]:
    if command.role not in ROLES:
        sentence = f"People are enrolled as {' or '.join(ROLES)}, not as {command.role!r}."
        raise Refused("unknown_role", sentence, possible=list(ROLES))
    must_be_open(world.state("programme", command.programme_id))
    must_be_person(world.state("person", command.person_id), command.person_id)
    if state.status == WITHDRAWN:
        raise Refused("enrolment_withdrawn", "This person left the programme in this role; re-enrol them.")
    if state.status == ENROLLED:
        if (state.capacity, state.skills) == (command.capacity, command.skills):
            return []
        raise Refused("already_enrolled", "This person is enrolled in this role already; change the capacity.")
    _must_be_capacity_of(command.role, command.capacity)
    must_be_list(skills=command.skills)
    return [
        Enrolled(
            enrolment_id=command.target,
            programme_id=command.programme_id,
            person_id=command.person_id,
            role=command.role,
            capacity=command.capacity,
            skills=command.skills,
        )
    ]


def _change_capacity(command: ChangeCapacity, state: EnrolmentState, world: World) -> list[Event]:
    if state.status == WITHDRAWN:
        raise Refused("enrolment_withdrawn", "This person left the programme in this role; re-enrol them.")
    _must_be_capacity_of(state.role, command.capacity)
    if command.capacity == state.capacity:
        return []
    must_follow(command.occurred_at, state.capacity_at, world)
    return [CapacityChanged(capacity=command.capacity)]


def _withdraw(command: WithdrawEnrolment, state: EnrolmentState, world: World) -> list[Event]:
    if state.status == WITHDRAWN:
        return []
    must_fit(TEXT, reason=command.reason)
    must_follow(command.occurred_at, state.status_at, world)
    return [EnrolmentWithdrawn(reason=command.reason)]


def _re_enrol(command: ReEnrol, state: EnrolmentState, world: World) -> list[Event]:
    if command.programme_id != state.programme_id:
        raise NotFound("unknown_enrolment", "There is no enrolment of this id in this programme.")
    if state.status == ENROLLED:
        return []
    must_be_open(world.state("programme", command.programme_id))
    _must_be_capacity_of(state.role, command.capacity)
    must_follow(command.occurred_at, state.status_at, world)
    return [ReEnrolled(capacity=command.capacity)]


def _must_be_capacity_of(role: str, capacity: int | None) -> None:
    must_be_capacity(capacity)
    if capacity is not None and role != "mentor":
        raise Refused("capacity_of_mentee", "Only mentors have a capacity; leave it out for a mentee.")
