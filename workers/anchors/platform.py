"""The installation's own log: it notes the newest checkpoint of each organisation, and is signed and anchored itself.

One anchor so serves all organisations: none has to be known to a witness, and an hour costs one time stamp.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from events.checkpointing import checkpoint
from events.organisations import organisations
from events.subjects.platform import CheckpointSeen
from events.treestore import StoredCheckpoint
from projections.queries import Current
from services.pipeline import Fact
from workers.context import Context

ACTOR = "worker:anchors"
FACTS = 500
"""Facts per transaction."""
NOTES = 100
"""Records among which we look whether all are the log's notes about itself; a log that grew by more has changed."""


def seen_by(context: Context, platform: UUID) -> dict[UUID, Current]:
    """What the installation's log notes of each organisation that it has seen."""
    streams = {f"platform-{org}": org for org in organisations(context.engine)}
    return {streams[stream]: one for stream, one in context.queries.some(platform, streams).items()}


def note_checkpoints(context: Context, platform: UUID, now: datetime) -> int:
    """Note the newest checkpoint of every organisation whose log has changed since its last; how many."""
    seen = seen_by(context, platform)
    facts: list[Fact] = []
    for org in organisations(context.engine):
        latest = context.tree.latest(org)
        if latest is not None and _has_changed(context, org, seen.get(org), latest):
            data = CheckpointSeen(origin=latest.origin, size=latest.size, root=latest.root.hex())
            facts.append(Fact(stream=f"platform-{org}", data=data, occurred_at=now))
    for start in range(0, len(facts), FACTS):
        context.pipeline.record(platform, facts[start : start + FACTS], actor=ACTOR)
    return len(facts)


def signed_head(context: Context, platform: UUID) -> StoredCheckpoint | None:
    """The newest checkpoint of the installation's log, made now if it does not cover all that was seen.

    Its notes of anchors alone are no reason for a new one: it would have to be anchored, and so for ever.
    Raises SignerUnavailable, SignerRefused, LogHalted.
    """
    assert context.signer is not None, "nothing is anchored without a signer"
    newest = context.tree.latest(platform)
    covered = 0 if newest is None else newest.size
    if any(one.position >= covered for one in seen_by(context, platform).values()):
        return checkpoint(context.tree, context.signer, platform) or context.tree.latest(platform)
    return newest


def has_news(context: Context, org: UUID, known: int, size: int) -> bool:
    """Whether a log grew by more than what it notes about itself from one size to another: an anchor is such a note."""
    if size - known > NOTES:
        return True
    new = context.log.read(org, after=known - 1, upto=size - 1, limit=NOTES)
    return any(not one.type.startswith("log.") for one in new)


def _has_changed(context: Context, org: UUID, seen: Current | None, latest: StoredCheckpoint) -> bool:
    """Whether there is news in the log since its last checkpoint that was seen, or it has a new origin."""
    if seen is not None and seen.state.origin != latest.origin:
        return True
    return has_news(context, org, 0 if seen is None else seen.state.size, latest.size)
