"""One batch (an import): what it was made of and how far it came."""

from __future__ import annotations

from datetime import datetime
from typing import assert_never

import msgspec
from msgspec.structs import replace

from events.event import Happened
from events.subjects.batch import BatchFinished, BatchStarted, BatchUndone
from projections.fold import Card, Fold

BatchEvent = BatchStarted | BatchFinished | BatchUndone

STARTED, FINISHED, UNDONE = "started", "finished", "undone"


class BatchState(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """status is started, finished or undone, empty before; rows, importable, refused count the file's rows.

    planned_at is the log's position against which it was previewed; events how many it added.
    """

    batch_id: str = ""
    source: str = ""
    format: str = ""
    sha256: str = ""
    planned_at: int = 0
    rows: int = 0
    importable: int = 0
    refused: int = 0
    events: int = 0
    status: str = ""
    status_at: datetime | None = None
    reason: str = ""


def evolve(state: BatchState, happened: Happened[BatchEvent]) -> BatchState:
    """The state after one more event."""
    data, at = happened.data, happened.occurred_at
    match data:
        case BatchStarted():
            return replace(
                state,
                batch_id=data.batch_id,
                source=data.source,
                format=data.format,
                sha256=data.sha256,
                planned_at=data.planned_at,
                rows=data.rows,
                importable=data.importable,
                refused=data.refused,
                status=STARTED,
                status_at=at,
            )
        case BatchFinished():
            return replace(state, events=data.events, status=FINISHED, status_at=at)
        case BatchUndone():
            return replace(state, reason=data.reason, status=UNDONE, status_at=at)
        case _:
            assert_never(data)


def card(state: BatchState) -> Card:
    """The columns of its live row."""
    return Card(status=state.status, label=state.source)


FOLD = Fold(
    kind="batch",
    version=1,
    state=BatchState,
    initial=BatchState(),
    evolve=evolve,
    card=card,
)
