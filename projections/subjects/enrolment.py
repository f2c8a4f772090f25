"""One person's place in a programme in one role."""

from __future__ import annotations

from datetime import datetime
from typing import assert_never

import msgspec
from msgspec.structs import replace

from events.event import Happened
from events.subjects.enrolment import CapacityChanged, Enrolled, EnrolmentWithdrawn, ReEnrolled
from projections.fold import Card, Fold

EnrolmentEvent = Enrolled | CapacityChanged | EnrolmentWithdrawn | ReEnrolled

ENROLLED, WITHDRAWN = "enrolled", "withdrawn"
ROLES = ("mentor", "mentee")


class EnrolmentState(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """status is enrolled or withdrawn, empty when nothing is known; capacity None is the policy's number."""

    enrolment_id: str = ""
    programme_id: str = ""
    person_id: str = ""
    role: str = ""
    skills: tuple[str, ...] = ()
    capacity: int | None = None
    capacity_at: datetime | None = None
    status: str = ""
    status_at: datetime | None = None


def evolve(state: EnrolmentState, happened: Happened[EnrolmentEvent]) -> EnrolmentState:
    """The state after one more event, in any order of arrival."""
    data, at = happened.data, happened.occurred_at
    match data:
        case Enrolled():
            begun = replace(
                state,
                enrolment_id=data.enrolment_id,
                programme_id=data.programme_id,
                person_id=data.person_id,
                role=data.role,
                skills=data.skills,
            )
            return _takes(_to(begun, ENROLLED, at), data.capacity, at)
        case CapacityChanged():
            return _takes(state, data.capacity, at)
        case EnrolmentWithdrawn():
            return _to(state, WITHDRAWN, at)
        case ReEnrolled():
            return _takes(_to(state, ENROLLED, at), data.capacity, at)
        case _:
            assert_never(data)


def _to(state: EnrolmentState, status: str, at: datetime) -> EnrolmentState:
    if state.status_at is not None and at < state.status_at:
        return state
    return replace(state, status=status, status_at=at)


def _takes(state: EnrolmentState, capacity: int | None, at: datetime) -> EnrolmentState:
    if state.capacity_at is not None and at < state.capacity_at:
        return state
    return replace(state, capacity=capacity, capacity_at=at)


def card(state: EnrolmentState) -> Card:
    """The columns of its live row; its label is the role."""
    return Card(
        scope=state.programme_id or None,
        status=state.status,
        label=state.role,
        members=(state.person_id,) if state.person_id else (),
    )


FOLD = Fold(
    kind="enrolment",
    version=2,
    state=EnrolmentState,
    initial=EnrolmentState(),
    evolve=evolve,
    card=card,
)
