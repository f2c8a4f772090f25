"""Replay in memory: a stream's state at a position, as of a moment in the world, or as known at a moment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from events.event import AnyRecorded
from events.log import Log
from events.subjects.batch import Undone
from projections.fold import BATCH, Snapshot, fold_of, run
from projections.live import kind_of


@dataclass(frozen=True, slots=True)
class Replayed:
    """The state after the events that count, and these events in the order of the log."""

    snapshot: Snapshot[Any]
    events: list[AnyRecorded]


def replay(
    log: Log,
    org: UUID,
    stream: str,
    *,
    upto: int | None = None,
    as_of: datetime | None = None,
    known_at: datetime | None = None,
) -> Replayed:
    """Fold a stream's events again. All bounds are inclusive and combine.

    upto: position in the log; as_of: what had happened by then (occurred_at); known_at: what the log held by then
    (recorded_at).
    """
    events = [
        one
        for one in log.read_stream(org, stream, upto_position=upto)
        if known_at is None or one.recorded_at <= known_at
    ]
    if as_of is not None:
        events = happened_by(events, as_of)
    return Replayed(run(fold_of(kind_of(stream)), events), events)


def happened_by(events: list[AnyRecorded], as_of: datetime) -> list[AnyRecorded]:
    """The events that had happened by then.

    A correction says what was the case all along: it counts when the event that it corrects does. A batch that was
    taken back never happened, whenever that was noticed.
    """
    undone = {one.data.batch_id for one in events if isinstance(one.data, Undone)}
    counted: dict[int, AnyRecorded] = {}
    for one in events:
        corrects: int | None = getattr(one.data, "corrects", None)
        happened = one.occurred_at <= as_of if corrects is None else corrects in counted
        if happened and not _is_of(one, undone):
            counted[one.stream_version] = one
    return list(counted.values())


def _is_of(one: AnyRecorded, batches: set[str]) -> bool:
    if isinstance(one.data, Undone):
        return True
    return one.cause is not None and one.cause.removeprefix(BATCH) in batches
