"""Put records back behind the end of a log that has lost them, byte for byte, each at its old position.

For a log that was restored from an older copy, from a bundle that proves what came after it or from another database
that has it still. Nothing is decided and nothing stamped; the views have to be built anew afterwards, and the log stays
halted until it was read as a whole.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from itertools import islice
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import Connection, Engine, text

from events.errors import InvalidRecord, VersionConflict
from events.proof.tree import leaf_hash
from events.tenancy import tenant

BATCH = 1_000
_INSERT = (
    "INSERT INTO events (org_id, position, stream, stream_version, type, schema, recorded_at, occurred_at, record, "
    "leaf_hash) VALUES (:org, :position, :stream, :stream_version, :type, :schema, :recorded_at, :occurred_at, "
    ":record, :leaf_hash)"
)
_COMMAND = "command_id, digest, first_position, last_position, stream_version, recorded_at"
_INSERT_COMMAND = (
    f"INSERT INTO commands (org_id, {_COMMAND}) VALUES (:org, :command_id, :digest, :first_position, :last_position, "
    ":stream_version, :recorded_at) ON CONFLICT DO NOTHING"
)
_END = "UPDATE log_heads SET size = :size, last_recorded_at = greatest(last_recorded_at, :last) WHERE org_id = :org"


Command = tuple[str, bytes, int, int, int | None, datetime]
"""An idempotency key and its answer: key, digest, first and last position, version of the stream, time."""


class Copy:
    """The log of an organisation in another database, as it is there at one moment."""

    def __init__(self, connection: Connection, org: UUID) -> None:
        self._connection = connection.execution_options(yield_per=BATCH)
        self._org = org

    @property
    def size(self) -> int:
        """How many records it has, 0 where there is no such log."""
        query = text("SELECT size FROM log_heads WHERE org_id = :org")
        return int(self._connection.scalar(query, {"org": self._org}) or 0)

    def records(self) -> Generator[bytes]:
        """The bytes of every record, in order; raises InvalidRecord where one is missing."""
        query = text("SELECT position, record FROM events WHERE org_id = :org ORDER BY position")
        with self._connection.execute(query, {"org": self._org}) as rows:
            for expected, (position, record) in enumerate(rows):
                if position != expected:
                    raise InvalidRecord(f"The copy has no record at position {expected}.")
                yield bytes(record)

    def commands(self, since: int) -> Generator[Command]:
        """The idempotency keys of what was appended from a position on."""
        query = text(f"SELECT {_COMMAND} FROM commands WHERE org_id = :org AND first_position >= :since")
        with self._connection.execute(query, {"org": self._org, "since": since}) as rows:
            for row in rows:
                yield row[0], bytes(row[1]), row[2], row[3], row[4], row[5]


@contextmanager
def copy_of(engine: Engine, org: UUID) -> Iterator[Copy]:
    """Read a log in another database; a replica will do, nothing is written there."""
    with tenant(engine.execution_options(isolation_level="REPEATABLE READ"), org) as connection:
        yield Copy(connection, org)


def refill(engine: Engine, org: UUID, size: int, records: Iterable[bytes], commands: Iterable[Command] = ()) -> int:
    """Insert the records that come after the first `size` ones, and their keys, all or none; the log's size after it.

    commands: read after the records; what is known here already stays as it is. Raises VersionConflict when the log is
    not of that size (any more), InvalidRecord for a record of another log, and what reading the records raises.
    """
    rest, keys = iter(records), iter(commands)
    with tenant(engine, org) as connection:
        found = connection.scalar(text("SELECT size FROM log_heads WHERE org_id = :org FOR UPDATE"), {"org": org})
        if found != size:
            raise VersionConflict(f"The log has {found} records, not {size}. Give the command again.", current=found)
        while batch := list(islice(rest, BATCH)):
            rows = [_row(org, position, record) for position, record in enumerate(batch, size)]
            connection.execute(text(_INSERT), rows)
            size += len(rows)
            connection.execute(text(_END), {"org": org, "size": size, "last": rows[-1]["recorded_at"]})
        while some := list(islice(keys, BATCH)):
            if rows := [_command(org, one) for one in some if one[3] < size]:  # the others answer for nothing
                connection.execute(text(_INSERT_COMMAND), rows)
    return size


def _command(org: UUID, one: Command) -> dict[str, Any]:
    return {"org": org, **dict(zip(_COMMAND.split(", "), one, strict=True))}


def _row(org: UUID, position: int, record: bytes) -> dict[str, Any]:
    told = orjson.loads(record)
    if told["org"] != str(org):
        raise InvalidRecord(f"The record at position {position} is of another organisation.")
    return {
        "org": org,
        "position": position,
        "stream": told["stream"],
        "stream_version": told["stream_version"],
        "type": told["type"],
        "schema": told["schema"],
        "recorded_at": datetime.fromisoformat(told["recorded_at"]),
        "occurred_at": datetime.fromisoformat(told["occurred_at"]),
        "record": record,
        "leaf_hash": leaf_hash(record),
    }
