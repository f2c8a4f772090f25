"""The parts of a relationship as they go out: what the state holds of each, and its id.

versions are the stream versions of the events that made it what it is, which a correction may name.
"""

from __future__ import annotations

from typing import Any

import msgspec

from projections.subjects.feedback import Feedback
from projections.subjects.goal import Goal
from projections.subjects.session import Pledge, Session


class GoalOfPair(Goal, frozen=True, kw_only=True, omit_defaults=False):
    """A SMART goal as it stands."""

    id: str


class SessionOfPair(Session, frozen=True, kw_only=True, omit_defaults=False):
    """A session as it stands; notes says whether there are some, they stay in the history."""

    id: str


class CommitmentOfPair(Pledge, frozen=True, kw_only=True, omit_defaults=False):
    """A commitment as it stands."""

    id: str


class FeedbackOfPair(Feedback, frozen=True, kw_only=True, omit_defaults=False):
    """Feedback as it stands; its text stays in the history."""

    id: str


def goal_of(id_: str, goal: Goal) -> GoalOfPair:
    """What a reader sees of a goal."""
    return GoalOfPair(id=id_, **_members(goal))


def session_of(id_: str, session: Session) -> SessionOfPair:
    """What a reader sees of a session."""
    return SessionOfPair(id=id_, **_members(session))


def commitment_of(id_: str, pledge: Pledge) -> CommitmentOfPair:
    """What a reader sees of a commitment."""
    return CommitmentOfPair(id=id_, **_members(pledge))


def feedback_of(id_: str, feedback: Feedback) -> FeedbackOfPair:
    """What a reader sees of feedback."""
    return FeedbackOfPair(id=id_, **_members(feedback))


def _members(state: msgspec.Struct) -> dict[str, Any]:
    return {name: getattr(state, name) for name in state.__struct_fields__}
