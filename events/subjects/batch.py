"""A batch of changes (an import) as a whole: `batch-<uuid>`; and the mark that its undoing leaves in each stream."""

from __future__ import annotations

from events.event import Event


class BatchStarted(Event):
    """A previewed batch was committed against a position of the log; counts by verdict."""

    TYPE = "batch.started"
    batch_id: str
    source: str
    format: str
    sha256: str
    planned_at: int
    rows: int
    importable: int
    refused: int


class BatchFinished(Event):
    """Every row of the batch is in the log."""

    TYPE = "batch.finished"
    events: int


class BatchUndone(Event):
    """The batch was taken back as a whole by compensating events."""

    TYPE = "batch.undone"
    reason: str
    streams: int


class Undone(Event):
    """In any stream: what the batch did here no longer counts; the state is again what it was before the batch."""

    TYPE = "batch.stream_undone"
    batch_id: str
    reason: str = ""
