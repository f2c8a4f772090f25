"""Streams that a view cannot take: counted, shown, tried again; they stop themselves and nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Connection, text

from projections.scan import StreamEvents


@dataclass(frozen=True, slots=True, kw_only=True)
class Parked:
    """A stream that a view cannot take: since which position, why, how often it was tried."""

    view: str
    stream: str
    position: int
    error: str
    attempts: int


def parked(connection: Connection, org: UUID) -> list[Parked]:
    """Every stream of an organisation that waits for a repair."""
    query = text("SELECT view, stream, position, error, attempts FROM parked WHERE org_id = :org ORDER BY view, stream")
    rows = connection.execute(query, {"org": org})
    return [Parked(view=row[0], stream=row[1], position=row[2], error=row[3], attempts=row[4]) for row in rows]


def park(connection: Connection, org: UUID, view: str, found: StreamEvents, error: Exception) -> None:
    """Note that a view could not take a stream; once more if it is parked already."""
    connection.execute(
        text(
            "INSERT INTO parked (org_id, view, stream, position, error, attempts, parked_at) "
            "VALUES (:org, :view, :stream, :position, :error, 1, now()) ON CONFLICT (org_id, view, stream) "
            "DO UPDATE SET position = excluded.position, error = excluded.error, attempts = parked.attempts + 1"
        ),
        {
            "org": org,
            "view": view,
            "stream": found.stream,
            "position": found.position,
            # The class alone: messages of folds and decoders may quote what people wrote.
            "error": type(error).__name__,
        },
    )


def unpark(connection: Connection, org: UUID, view: str, streams: Sequence[str]) -> None:
    """The view has taken these streams."""
    query = text("DELETE FROM parked WHERE org_id = :org AND view = :view AND stream = ANY (:streams)")
    connection.execute(query, {"org": org, "view": view, "streams": list(streams)})
