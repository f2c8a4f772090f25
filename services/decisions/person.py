"""People's entries: registered, corrected."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar, assert_never

from events.event import Event
from events.subjects.person import ContactCorrected, PersonRegistered
from projections.subjects.person import CONTACT, PersonState
from services.errors import NotFound, Refused
from services.texts import NAME, must_be_named, must_fit, must_follow
from services.within import zone_exists
from services.world import Command, World

_LONGEST_ADDRESS = 254  # RFC 5321, 4.5.3.1.3: a path of 256 with its angle brackets


class _OfPerson(Command, frozen=True, kw_only=True):
    KIND: ClassVar[str] = "person"
    person_id: str
    occurred_at: datetime | None = None

    @property
    def target(self) -> str:
        return self.person_id


class RegisterPerson(_OfPerson, frozen=True, kw_only=True):
    """Make a person known under a new id; zone is an IANA name, ref the organisation's own reference."""

    name: str
    email: str | None = None
    zone: str = "UTC"
    ref: str | None = None
    simulated: bool = False


class CorrectContact(_OfPerson, frozen=True, kw_only=True):
    """Correct the entry; None leaves a field as it is."""

    name: str | None = None
    email: str | None = None
    zone: str | None = None


PersonCommand = RegisterPerson | CorrectContact


def decide(command: PersonCommand, state: PersonState, world: World) -> list[Event]:
    """The events of a command about a person's entry."""
    match command:
        case RegisterPerson():
            return _register(command, state)
        case CorrectContact():
            return _correct(command, state, world)
        case _:
            assert_never(command)


def must_be_person(state: PersonState, person: str) -> None:
    """Raise NotFound (`unknown_person`) for somebody who was never registered, or whose import was undone."""
    if not state.status:
        raise NotFound("unknown_person", "There is no person of this id here.", person=person)


def _register(command: RegisterPerson, state: PersonState) -> list[Event]:
    if state.status:
        wanted = (command.name, command.email, command.zone, command.ref)
        if wanted == (state.name, state.email, state.zone, state.ref):
            return []
        raise Refused("person_exists", "This id is another person's; register one under a new id.")
    _check({name: getattr(command, name) for name in CONTACT})
    must_fit(NAME, ref=command.ref or "")
    return [
        PersonRegistered(
            person_id=command.person_id,
            name=command.name,
            email=command.email,
            zone=command.zone,
            ref=command.ref,
            simulated=command.simulated,
        )
    ]


def _correct(command: CorrectContact, state: PersonState, world: World) -> list[Event]:
    must_be_person(state, command.person_id)
    given = {name: value for name in CONTACT if (value := getattr(command, name)) is not None}
    if not given:
        raise Refused("nothing_to_correct", "Give the right name, address or time zone.")
    _check(given)
    changes: dict[str, Any] = {name: value for name, value in given.items() if value != getattr(state, name)}
    for name in changes:
        must_follow(command.occurred_at, state.said_at.get(name), world)
    empty = tuple(name for name in changes if not getattr(state, name))
    return [ContactCorrected(fields=tuple(changes), filled_in=empty, **changes)] if changes else []


def _check(contact: dict[str, str | None]) -> None:
    name, email, zone = (contact.get(field) for field in CONTACT)
    if name is not None:
        must_be_named(name)
    if email is not None:
        _must_be_address(email)
    if zone is not None and not zone_exists(zone):
        sentence = f"There is no time zone {zone!r}; use a name such as Europe/Paris."
        raise Refused("unknown_zone", sentence, zone=zone)


def _must_be_address(email: str) -> None:
    """Only what no mail server takes is refused; whether mail arrives, only mail can tell."""
    local, _, domain = email.strip().rpartition("@")
    strange = any(one.isspace() or not one.isprintable() for one in local + domain)
    if not local or not domain or "@" in local or strange or len(email) > _LONGEST_ADDRESS:
        raise Refused("address_malformed", "This is no mail address; it looks like name@example.org.")
