"""Commitments: what a session's way forward asks of somebody by a day, kept or released."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from events.event import Event
from events.subjects.session import Commitment, CommitmentKept, CommitmentReleased
from projections.subjects.relationship import RelationshipState
from projections.subjects.session import KEPT, OPEN, RELEASED
from services.errors import NotFound, Refused
from services.within import WithinRelationship, earliest_today, must_belong, must_run, must_say
from services.world import World


class KeepCommitment(WithinRelationship, frozen=True, kw_only=True):
    """Say that the owner did what was agreed."""

    commitment_id: str
    note: str = ""
    occurred_at: datetime | None = None


class ReleaseCommitment(WithinRelationship, frozen=True, kw_only=True):
    """Let the owner off, and say why."""

    commitment_id: str
    reason: str
    occurred_at: datetime | None = None


CommitmentCommand = KeepCommitment | ReleaseCommitment


def decide(command: CommitmentCommand, state: RelationshipState, _world: World) -> list[Event]:
    """The events of a commitment command."""
    must_run(state)
    pledge = state.sessions.commitments.get(command.commitment_id)
    if pledge is None:
        raise NotFound("unknown_commitment", "This relationship has no commitment of this id.")
    wanted = KEPT if isinstance(command, KeepCommitment) else RELEASED
    if pledge.status == wanted:
        return []
    if pledge.status != OPEN:
        raise Refused("commitment_settled", f"The commitment is {pledge.status} already.", status=pledge.status)
    if isinstance(command, KeepCommitment):
        return [CommitmentKept(commitment_id=command.commitment_id, note=command.note)]
    must_say(command.reason, "reason_required", "Say why the owner is let off.")
    return [CommitmentReleased(commitment_id=command.commitment_id, reason=command.reason)]


def check_commitments(commitments: Sequence[Commitment], state: RelationshipState, started_at: datetime) -> None:
    """Refuse commitments that a session of this start cannot make."""
    for one in commitments:
        _check_commitment(one, state, started_at)
    if len({one.commitment_id for one in commitments}) < len(commitments):
        raise Refused("commitment_exists", "Two commitments have the same id; give each its own.")


def _check_commitment(one: Commitment, state: RelationshipState, started_at: datetime) -> None:
    must_belong(state, one.owner, "owner of a commitment")
    must_say(one.text, "commitment_empty", "A commitment must say what the owner will do.")
    if one.commitment_id in state.sessions.commitments:
        raise Refused("commitment_exists", "This commitment id is taken by another commitment; use a new one.")
    if one.due_on < earliest_today(started_at):
        raise Refused(
            "due_before_session",
            f"The commitment is due on {one.due_on}, before the session that made it.",
            due_on=str(one.due_on),
        )
