"""One programme: its name and term, whether it is open, its rules, and what its pages said."""

from __future__ import annotations

from datetime import date, datetime
from typing import assert_never

import msgspec
from msgspec.structs import replace

from events.event import Happened
from events.subjects.programme import (
    DeadlineRemoved,
    DeadlineSet,
    Policy,
    PolicyRevised,
    ProgrammeClosed,
    ProgrammeCreated,
    ProgrammeOpened,
    ProgrammeRenamed,
    StatusNoted,
)
from projections.fold import Card, Fold

ProgrammeEvent = (
    ProgrammeCreated
    | ProgrammeRenamed
    | PolicyRevised
    | ProgrammeOpened
    | ProgrammeClosed
    | DeadlineSet
    | DeadlineRemoved
    | StatusNoted
)

PLANNED, OPEN, CLOSED = "planned", "open", "closed"


class Said(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Free text as the organisers wrote it, and when; None once it was taken away."""

    text: str | None
    at: datetime


class ProgrammeState(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """status is planned, open or closed, empty when nothing is known of it; the term's days are inclusive.

    deadlines by activity; noted: what the organisation wrote of its status, by the page that said so.
    """

    programme_id: str = ""
    name: str = ""
    starts_on: date | None = None
    ends_on: date | None = None
    named_at: datetime | None = None
    status: str = ""
    status_at: datetime | None = None
    policy: Policy = Policy()
    policy_at: datetime | None = None
    deadlines: dict[str, Said] = {}
    noted: dict[str, Said] = {}
    simulated: bool = False


def evolve(state: ProgrammeState, happened: Happened[ProgrammeEvent]) -> ProgrammeState:
    """The state after one more event, in any order of arrival."""
    data, at = happened.data, happened.occurred_at
    if not state.programme_id:  # what happened first in the world may have been written down last
        state = replace(state, programme_id=happened.stream.partition("-")[2])
    match data:
        case ProgrammeCreated():
            return _created(state, data, at)
        case ProgrammeRenamed():
            return _named(state, data, at)
        case PolicyRevised():
            return _ruled(state, data.policy, at)
        case ProgrammeOpened():
            return _to(state, OPEN, at)
        case ProgrammeClosed():
            return _to(state, CLOSED, at)
        case DeadlineSet():
            return replace(state, deadlines=_said(state.deadlines, data.activity, data.text, at))
        case DeadlineRemoved():
            return replace(state, deadlines=_said(state.deadlines, data.activity, None, at))
        case StatusNoted():
            return replace(state, noted=_said(state.noted, data.source, data.text, at))
        case _:
            assert_never(data)


def _created(state: ProgrammeState, data: ProgrammeCreated, at: datetime) -> ProgrammeState:
    begun = replace(state, simulated=data.simulated)
    return _to(_ruled(_named(begun, data, at), data.policy, at), PLANNED, at)


def _named(state: ProgrammeState, data: ProgrammeCreated | ProgrammeRenamed, at: datetime) -> ProgrammeState:
    if state.named_at is not None and at < state.named_at:
        return state
    return replace(state, name=data.name, starts_on=data.starts_on, ends_on=data.ends_on, named_at=at)


def _ruled(state: ProgrammeState, policy: Policy, at: datetime) -> ProgrammeState:
    if state.policy_at is not None and at < state.policy_at:
        return state
    return replace(state, policy=policy, policy_at=at)


def _to(state: ProgrammeState, status: str, at: datetime) -> ProgrammeState:
    if state.status_at is not None and at < state.status_at:
        return state
    return replace(state, status=status, status_at=at)


def _said(known: dict[str, Said], key: str, text: str | None, at: datetime) -> dict[str, Said]:
    before = known.get(key)
    return known if before is not None and at < before.at else {**known, key: Said(text=text, at=at)}


def card(state: ProgrammeState) -> Card:
    """The columns of its live row."""
    return Card(scope=state.programme_id or None, status=state.status, label=state.name)


FOLD = Fold(
    kind="programme",
    version=2,
    state=ProgrammeState,
    initial=ProgrammeState(),
    evolve=evolve,
    card=card,
)
