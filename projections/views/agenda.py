"""What lies before each person: sessions, own commitments, goals, feedback to answer, proposals."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime

import msgspec

from projections.subjects import feedback, goal, session
from projections.subjects.relationship import ACTIVE, PROPOSED, RelationshipState

SESSION, COMMITMENT, GOAL, FEEDBACK, PROPOSAL = "session", "commitment", "goal", "feedback", "proposal"


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """One thing for one person; at is the moment of a session, due_on the last day of a commitment or goal.

    about is the id of the session, commitment, goal, feedback or (for a proposal) relationship.
    """

    person_id: str
    relationship_id: str
    programme_id: str
    sort: str
    about: str
    title: str
    at: datetime | None = None
    due_on: date | None = None


def items(state: RelationshipState) -> tuple[Item, ...]:
    """All items of all its people: what is open in a running relationship, or a proposal not yet answered.

    Somebody who has left the relationship has no items of it.
    """
    if state.status == PROPOSED:
        return tuple(_proposals(state))
    if state.status != ACTIVE:
        return ()
    found = (*_sessions(state), *_commitments(state), *_goals(state), *_feedback(state))
    present = frozenset(_people(state))
    return tuple(one for one in found if one.person_id in present)


def _sessions(state: RelationshipState) -> Iterator[Item]:
    for key, one in state.sessions.by_id.items():
        if one.status == session.PLANNED:
            for person in _people(state):
                yield _item(state, person, SESSION, key, state.title, at=one.starts_at)


def _commitments(state: RelationshipState) -> Iterator[Item]:
    for key, one in state.sessions.commitments.items():
        if one.status == session.OPEN:
            yield _item(state, one.owner, COMMITMENT, key, one.text, due_on=one.due_on)


def _goals(state: RelationshipState) -> Iterator[Item]:
    for key, one in state.goals.by_id.items():
        if one.status == goal.OPEN and one.due_on is not None:
            for person in _people(state):
                yield _item(state, person, GOAL, key, one.specific, due_on=one.due_on)


def _feedback(state: RelationshipState) -> Iterator[Item]:
    for key, one in state.feedback.by_id.items():
        if one.status == feedback.GIVEN:
            yield _item(state, one.receiver, FEEDBACK, key, one.about or one.sort, at=one.given_at)


def _proposals(state: RelationshipState) -> Iterator[Item]:
    for person in _people(state):
        if person not in state.accepted_by:
            yield _item(state, person, PROPOSAL, state.relationship_id, state.title)


def _people(state: RelationshipState) -> tuple[str, ...]:
    return (*state.mentors, *state.mentees)


def _item(
    state: RelationshipState,
    person: str,
    sort: str,
    about: str,
    title: str,
    *,
    at: datetime | None = None,
    due_on: date | None = None,
) -> Item:
    return Item(
        person_id=person,
        relationship_id=state.relationship_id,
        programme_id=state.programme_id,
        sort=sort,
        about=about,
        title=title,
        at=at,
        due_on=due_on,
    )
