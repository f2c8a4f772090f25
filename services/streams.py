"""The root over the heads of all streams, taken from time to time into the log itself (`log.streams_root`).

With it a part of the log proves that it is complete: that a relationship's record is shown up to its last event, and,
by the root over all programmes beside it, that a programme is shown with all its relationships and enrolments.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

from events.log import Log
from events.proof.programmes import Membership, programmes_root
from events.proof.streams import StreamHead, streams_root
from events.subjects.log import StreamsRootTaken
from projections.live import Live
from projections.subjects.log import LogState
from services.pipeline import Fact, Pipeline

EVERY = timedelta(days=1)
ATTEMPTS = 3


class Heads(Protocol):
    """The part of `events.treestore.TreeStore` that is needed here."""

    def size(self, org: UUID) -> int:
        """How many records the log has."""
        ...

    def stream_heads(self, org: UUID, upto_position: int) -> Iterator[StreamHead]:
        """The last version and leaf of every stream up to a position, by the bytes of their names."""
        ...

    def memberships(self, org: UUID, upto_position: int) -> Iterator[Membership]:
        """Every programme with each of its streams up to a position, by the bytes of their names."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """A root over the streams of the first `size` records, and the position at which it stands in the log."""

    position: int
    size: int
    root: bytes


def log_stream(org: UUID) -> str:
    """The stream in which a log notes what happened to itself."""
    return f"log-{org}"


def streams_root_due(log: Log, org: UUID, now: datetime) -> bool:
    """Whether the newest root is over a day old and more has come since than the log's own notes.

    A log without a root is asked for its first one when it is a day old. `work_waiting.sql` asks the same.
    """
    state = _state(log, org)
    covered = state.streams.size if state.streams else 0
    if log.size(org) - covered <= state.since:
        return False
    taken = state.streams.at if state.streams else log.read(org, limit=1)[0].recorded_at
    return now - taken > EVERY


def take_streams_root(pipeline: Pipeline, heads: Heads, org: UUID, now: datetime, *, actor: str) -> Taken:
    """Compute the root over all streams as they are and append it.

    It stands right behind what it covers, unless others keep coming between: then the last try counts as it is.
    Raises VersionConflict when somebody else notes something at the same moment, and what `Log.append` raises.
    """
    for _ in range(ATTEMPTS - 1):
        taken = _take(pipeline, heads, org, now, actor)
        if taken.position == taken.size:
            return taken
    return _take(pipeline, heads, org, now, actor)


def _take(pipeline: Pipeline, heads: Heads, org: UUID, now: datetime, actor: str) -> Taken:
    size = heads.size(org)
    root = streams_root(heads.stream_heads(org, size - 1))
    programmes = programmes_root(heads.memberships(org, size - 1))
    data = StreamsRootTaken(size=size, root=root.hex(), programmes_root=programmes.hex())
    appended = pipeline.record(org, [Fact(stream=log_stream(org), data=data, occurred_at=now)], actor=actor)
    return Taken(position=appended.first_position, size=size, root=root)


def _state(log: Log, org: UUID) -> LogState:
    snapshots, _, _ = Live(log).load(org, [log_stream(org)])
    state: LogState = snapshots[log_stream(org)].state
    return state
