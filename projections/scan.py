"""Reading many streams for a fold: the events of one stream come together and in order, whatever the log's size.

The order is that of the index (stream, stream_version), through a server-side cursor: one stream's events are in
memory at a time.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from operator import itemgetter
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, text

from events.catalogue import decode
from events.event import AnyRecorded

ROWS_PER_FETCH = 2_000
_COLUMNS = "stream, position, type, schema, record"


@dataclass(slots=True)
class StreamEvents:
    """One stream's events as stored; decoded when asked for, so that an unreadable record stops its stream only."""

    stream: str
    rows: list[tuple[Any, ...]] = field(repr=False)

    @property
    def position(self) -> int:
        """The position of the stream's last event."""
        return int(self.rows[-1][1])

    def events(self) -> list[AnyRecorded]:
        """The typed events; raises UnknownEventType or a decoding error."""
        return [decode(row[1], row[2], row[3], row[4]) for row in self.rows]


def all_streams(connection: Connection, org: UUID, upto: int, kind: str | None = None) -> Iterator[StreamEvents]:
    """Every stream (of one kind) with its events up to a position, in the order of stream names."""
    # The bounds of a kind are its prefix and the prefix with the next character, since names sort by bytes.
    first, last = (f"{kind}-", f"{kind}.") if kind else ("", "~")
    query = (
        f"SELECT {_COLUMNS} FROM events WHERE org_id = %s AND stream >= %s AND stream < %s AND position <= %s "
        "ORDER BY stream, stream_version"
    )
    raw: Any = connection.connection.driver_connection
    with raw.cursor(name="scan", binary=True) as cursor:
        cursor.itersize = ROWS_PER_FETCH
        cursor.execute(query, (org, first, last, upto))
        yield from _grouped(cursor)


def some_streams(connection: Connection, org: UUID, streams: Sequence[str], upto: int) -> Iterator[StreamEvents]:
    """The named streams with their events up to a position."""
    query = text(
        f"SELECT {_COLUMNS} FROM events WHERE org_id = :org AND stream = ANY (:streams) AND position <= :upto "
        "ORDER BY stream, stream_version"
    )
    return _grouped(connection.execute(query, {"org": org, "streams": list(streams), "upto": upto}))


def touched_streams(connection: Connection, org: UUID, after: int, upto: int) -> list[tuple[str, str]]:
    """The (stream, type) pairs of the events between two positions, each once."""
    query = text(
        "SELECT DISTINCT stream, type FROM events WHERE org_id = :org AND position > :after AND position <= :upto"
    )
    found = connection.execute(query, {"org": org, "after": after, "upto": upto})
    return [(row[0], row[1]) for row in found]


def _grouped(rows: Iterable[Any]) -> Iterator[StreamEvents]:
    for stream, group in groupby(rows, key=itemgetter(0)):
        yield StreamEvents(stream, [tuple(row) for row in group])
