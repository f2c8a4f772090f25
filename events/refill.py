"""Put records back behind the end of a log that has lost them, byte for byte, each at its old position.

For a log that was restored from an older copy, from a bundle that proves what came after it. Nothing is decided and
nothing stamped; the views have to be built anew afterwards, and the log stays halted until it was read as a whole.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from itertools import islice
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import Engine, text

from events.errors import InvalidRecord, VersionConflict
from events.proof.tree import leaf_hash
from events.tenancy import tenant

BATCH = 1_000
_INSERT = (
    "INSERT INTO events (org_id, position, stream, stream_version, type, schema, recorded_at, occurred_at, record, "
    "leaf_hash) VALUES (:org, :position, :stream, :stream_version, :type, :schema, :recorded_at, :occurred_at, "
    ":record, :leaf_hash)"
)
_END = "UPDATE log_heads SET size = :size, last_recorded_at = greatest(last_recorded_at, :last) WHERE org_id = :org"


def refill(engine: Engine, org: UUID, size: int, records: Iterable[bytes]) -> int:
    """Insert the records that come after the first `size` ones, all or none; the log's size after it.

    Raises VersionConflict when the log is not of that size (any more), InvalidRecord for a record of another log.
    """
    rest = iter(records)
    with tenant(engine, org) as connection:
        found = connection.scalar(text("SELECT size FROM log_heads WHERE org_id = :org FOR UPDATE"), {"org": org})
        if found != size:
            raise VersionConflict(f"The log has {found} records, not {size}. Give the command again.", current=found)
        while batch := list(islice(rest, BATCH)):
            rows = [_row(org, position, record) for position, record in enumerate(batch, size)]
            connection.execute(text(_INSERT), rows)
            size += len(rows)
            connection.execute(text(_END), {"org": org, "size": size, "last": rows[-1]["recorded_at"]})
    return size


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
