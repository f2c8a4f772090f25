"""Which events turn the course of a relationship, and how."""

from __future__ import annotations

from datetime import datetime
from typing import assert_never

from events.subjects.relationship import (
    AcceptanceUndone,
    Accepted,
    Closed,
    Declined,
    MenteeJoined,
    MentorJoined,
    MentorLeft,
    Moved,
    Proposed,
    Registered,
    Reinstated,
    StageChanged,
    Withdrawn,
)
from projections.subjects.relationship_course import (
    ACTIVE,
    CLOSED,
    DECLINED,
    MENTEE,
    MENTOR,
    PROPOSED,
    WITHDRAWN,
    Turn,
    status_called,
)

AccountEvent = Proposed | Registered | Accepted | Moved
PeopleEvent = MentorJoined | MentorLeft | MenteeJoined
CourseEvent = AccountEvent | PeopleEvent | Declined | AcceptanceUndone | Withdrawn | Reinstated | StageChanged | Closed

_PERSON = "person:"


def turn_of(data: CourseEvent, at: datetime, actor: str) -> Turn:
    """The turning point that an event is; actor is who caused it (`person:<id>` of the proposer counts)."""
    match data:
        case Proposed() | Registered() | Accepted() | Moved():
            return _account(data, at, actor)
        case MentorJoined() | MentorLeft() | MenteeJoined():
            return _people(data, at)
        case Declined():
            return Turn(at=at, status=DECLINED)
        case AcceptanceUndone():
            return Turn(at=at, status=PROPOSED)
        case Withdrawn():
            return Turn(at=at, status=WITHDRAWN)
        case Reinstated():
            return Turn(at=at, status=status_called(data.to))
        case StageChanged():
            return Turn(at=at, stage=data.to, goals_met=data.goals_met)
        case Closed():
            return Turn(at=at, status=CLOSED, outcome=data.outcome)
        case _:
            assert_never(data)


def _account(data: AccountEvent, at: datetime, actor: str) -> Turn:
    mentees: tuple[str, ...] = () if isinstance(data, Moved) else data.mentees
    joined = (*_pairs(MENTOR, data.mentors), *_pairs(MENTEE, mentees))
    whole = tuple(dict.fromkeys(role for role, _ in joined))
    match data:
        case Proposed():
            accepts = _proposer(data, actor)
            return Turn(at=at, status=PROPOSED, joined=joined, whole=whole, accepts=accepts)
        case Registered():
            return Turn(at=at, status=ACTIVE, joined=joined, whole=whole)
        case Accepted():
            if data.person is None:
                return Turn(at=at, status=ACTIVE, joined=joined, whole=whole)
            return Turn(at=at, joined=joined, whole=whole, accepts=(data.person,))
        case Moved():
            return Turn(at=at, status=status_called(data.to_status), joined=joined, whole=whole)
        case _:
            assert_never(data)


def _people(data: PeopleEvent, at: datetime) -> Turn:
    match data:
        case MentorJoined():
            return Turn(at=at, joined=((MENTOR, data.person),))
        case MenteeJoined():
            return Turn(at=at, joined=((MENTEE, data.person),))
        case MentorLeft():
            return Turn(at=at, left=((MENTOR, data.person),), joined=_pairs(MENTOR, data.replaced_by))
        case _:
            assert_never(data)


def _proposer(data: Proposed, actor: str) -> tuple[str, ...]:
    person = actor[len(_PERSON) :] if actor.startswith(_PERSON) else ""
    return (person,) if person in (*data.mentors, *data.mentees) else ()


def _pairs(role: str, people: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    return tuple((role, person) for person in people)
