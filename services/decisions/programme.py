"""Programmes: created, renamed, ruled, opened, closed, and their dates."""

from __future__ import annotations

from datetime import date, datetime
from typing import ClassVar, assert_never

from msgspec.structs import replace

from events.event import Event
from events.subjects.programme import (
    DeadlineSet,
    Policy,
    PolicyRevised,
    ProgrammeClosed,
    ProgrammeCreated,
    ProgrammeOpened,
    ProgrammeRenamed,
)
from projections.subjects.programme import CLOSED, OPEN, ProgrammeState
from services.errors import NotFound, Refused
from services.policies import must_be_policy
from services.texts import NAME, TEXT, must_be_named, must_be_term, must_fit, must_follow
from services.world import Command, World


class _OfProgramme(Command, frozen=True, kw_only=True):
    KIND: ClassVar[str] = "programme"
    programme_id: str
    occurred_at: datetime | None = None

    @property
    def target(self) -> str:
        return self.programme_id


class CreateProgramme(_OfProgramme, frozen=True, kw_only=True):
    """Begin a programme under a new id; its term is inclusive; the policy gets version 1."""

    name: str
    starts_on: date | None = None
    ends_on: date | None = None
    policy: Policy = Policy()
    simulated: bool = False


class RenameProgramme(_OfProgramme, frozen=True, kw_only=True):
    """Give it another name or another term: the whole of both."""

    name: str
    starts_on: date | None = None
    ends_on: date | None = None


class RevisePolicy(_OfProgramme, frozen=True, kw_only=True):
    """Change the rules: the whole new policy; it gets the next version number, whatever number it brings."""

    policy: Policy


class OpenProgramme(_OfProgramme, frozen=True, kw_only=True):
    """Allow enrolment and proposals."""


class CloseProgramme(_OfProgramme, frozen=True, kw_only=True):
    """Allow no new enrolment or proposal; running relationships go on."""

    reason: str = ""


class SetDeadline(_OfProgramme, frozen=True, kw_only=True):
    """Say by when (free text) an activity is due."""

    activity: str
    text: str


ProgrammeCommand = CreateProgramme | RenameProgramme | RevisePolicy | OpenProgramme | CloseProgramme | SetDeadline


def decide(command: ProgrammeCommand, state: ProgrammeState, world: World) -> list[Event]:
    """The events of a command about a programme."""
    if isinstance(command, CreateProgramme):
        return _create(command, state)
    must_be_programme(state)
    match command:
        case RenameProgramme():
            return _rename(command, state, world)
        case RevisePolicy():
            return _revise(command, state, world)
        case OpenProgramme():
            return _open(command, state, world)
        case CloseProgramme():
            return _close(command, state, world)
        case SetDeadline():
            return _set_deadline(command, state, world)
        case _:
            assert_never(command)


def must_be_programme(state: ProgrammeState) -> None:
    """Raise NotFound (`unknown_programme`) for one that was never created, or whose import was undone."""
    if not state.status:
        raise NotFound("unknown_programme", "There is no programme of this id here.")


def must_be_open(state: ProgrammeState) -> None:
    """Refuse (`programme_not_open`) what only an open programme takes."""
    must_be_programme(state)
    if state.status != OPEN:
        raise Refused("programme_not_open", f"The programme is {state.status}; open it first.", status=state.status)


def _create(command: CreateProgramme, state: ProgrammeState) -> list[Event]:
    policy = replace(command.policy, version=1)
    if state.status:
        wanted = (command.name, command.starts_on, command.ends_on, policy)
        if wanted == (state.name, state.starts_on, state.ends_on, state.policy):
            return []
        raise Refused("programme_exists", "This id is another programme's; create one under a new id.")
    must_be_named(command.name)
    must_be_term(command.starts_on, command.ends_on)
    must_be_policy(policy)
    return [
        ProgrammeCreated(
            programme_id=command.programme_id,
            name=command.name,
            starts_on=command.starts_on,
            ends_on=command.ends_on,
            policy=policy,
            simulated=command.simulated,
        )
    ]


def _rename(command: RenameProgramme, state: ProgrammeState, world: World) -> list[Event]:
    must_be_named(command.name)
    must_be_term(command.starts_on, command.ends_on)
    wanted = (command.name, command.starts_on, command.ends_on)
    if wanted == (state.name, state.starts_on, state.ends_on):
        return []
    must_follow(command.occurred_at, state.named_at, world)
    return [ProgrammeRenamed(name=command.name, starts_on=command.starts_on, ends_on=command.ends_on)]


def _revise(command: RevisePolicy, state: ProgrammeState, world: World) -> list[Event]:
    must_be_policy(command.policy)
    if replace(command.policy, version=state.policy.version) == state.policy:
        return []
    must_follow(command.occurred_at, state.policy_at, world)
    return [PolicyRevised(policy=replace(command.policy, version=state.policy.version + 1))]


def _open(command: OpenProgramme, state: ProgrammeState, world: World) -> list[Event]:
    if state.status == OPEN:
        return []
    must_follow(command.occurred_at, state.status_at, world)
    return [ProgrammeOpened()]


def _close(command: CloseProgramme, state: ProgrammeState, world: World) -> list[Event]:
    if state.status == CLOSED:
        return []
    must_be_open(state)
    must_fit(TEXT, reason=command.reason)
    must_follow(command.occurred_at, state.status_at, world)
    return [ProgrammeClosed(reason=command.reason)]


def _set_deadline(command: SetDeadline, state: ProgrammeState, world: World) -> list[Event]:
    if not command.activity.strip() or not command.text.strip():
        raise Refused("deadline_empty", "Say what is due (`activity`) and by when (`text`).")
    must_fit(NAME, activity=command.activity)
    must_fit(TEXT, text=command.text)
    before = state.deadlines.get(command.activity)
    if before is not None:
        if before.text == command.text:
            return []
        must_follow(command.occurred_at, before.at, world)
    return [DeadlineSet(activity=command.activity, text=command.text, was=before.text if before else None)]
