"""One person's entry: the only state that holds names and addresses."""

from __future__ import annotations

from datetime import datetime
from typing import Any, assert_never

import msgspec
from msgspec.structs import replace

from events.event import Happened
from events.subjects.person import ContactCorrected, PersonRegistered
from projections.fold import Card, Fold

PersonEvent = PersonRegistered | ContactCorrected

REGISTERED = "registered"
CONTACT = ("name", "email", "zone")


class PersonState(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """status is registered, empty when nothing is known; email as written; zone an IANA time zone name.

    said_at holds the moment of each of name, email and zone; corrections counts all corrections, those whose
    new value the source did not give included.
    """

    person_id: str = ""
    name: str = ""
    email: str | None = None
    zone: str = "UTC"
    ref: str | None = None
    status: str = ""
    simulated: bool = False
    corrections: int = 0
    said_at: dict[str, datetime] = {}


def evolve(state: PersonState, happened: Happened[PersonEvent]) -> PersonState:
    """The state after one more event, in any order of arrival."""
    data, at = happened.data, happened.occurred_at
    match data:
        case PersonRegistered():
            begun = replace(
                state,
                person_id=data.person_id,
                ref=data.ref or state.ref,
                status=REGISTERED,
                simulated=data.simulated,
            )
            return _said(begun, {name: getattr(data, name) for name in CONTACT}, at)
        case ContactCorrected():
            counted = replace(state, corrections=state.corrections + 1)
            return _said(counted, {name: getattr(data, name) for name in CONTACT if name in data.fields}, at)
        case _:
            assert_never(data)


def _said(state: PersonState, values: dict[str, Any], at: datetime) -> PersonState:
    """A value that is None was not given: what was known stays."""
    known = state.said_at
    newer = {
        name: value for name, value in values.items() if value is not None and (name not in known or at >= known[name])
    }
    return replace(state, said_at={**known, **dict.fromkeys(newer, at)}, **newer)


def address_key(email: str) -> str:
    """What makes two spellings one address: letter case and surrounding spaces don't count."""
    return email.strip().casefold()


def card(state: PersonState) -> Card:
    """The columns of its live row."""
    members = (state.person_id,) if state.person_id else ()
    return Card(status=state.status, label=state.name, members=members)


def claims(state: PersonState) -> frozenset[str]:
    """One person per address."""
    taken = state.status and state.email and address_key(state.email)
    return frozenset({f"email/{taken}"}) if taken else frozenset()


FOLD = Fold(
    kind="person",
    version=2,
    state=PersonState,
    initial=PersonState(),
    evolve=evolve,
    card=card,
    claims=claims,
)
