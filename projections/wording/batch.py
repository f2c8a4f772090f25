"""Headlines of batches."""

from __future__ import annotations

from typing import assert_never

from events.subjects.batch import BatchFinished, BatchStarted, BatchUndone, Undone
from projections.wording.glossary import count, titled


def headline(data: BatchStarted | BatchFinished | BatchUndone | Undone) -> str:
    """One sentence for one event."""
    match data:
        case BatchStarted():
            taken = count(data.importable, "row")
            return f"Import of {data.source} begun: {taken} taken, {data.refused} refused"
        case BatchFinished():
            return f"Import finished: {count(data.events, 'event')}"
        case BatchUndone():
            return titled(f"Import taken back in {count(data.streams, 'record')}", data.reason)
        case Undone():
            return titled("Import taken back here", data.reason)
        case _:
            assert_never(data)
