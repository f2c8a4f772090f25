"""A big log in little time: simulated lives as stored records, written by COPY as the superuser.

The records are what an append would have stored, byte for byte but for their times; a view has no way to tell.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from uuid import UUID

from deploy.bench.ground import Ground
from events.proof.tree import leaf_hash
from events.record import pieces, timestamp
from services.pipeline import Fact
from services.sample.lives import lives

ACTOR = "operator:bench"
Row = tuple[UUID, int, str, int, str, int, datetime, datetime, bytes, bytes]
COPY = (
    "COPY events (org_id, position, stream, stream_version, type, schema, recorded_at, occurred_at, record, leaf_hash) "
    "FROM STDIN WITH (FORMAT binary)"
)
TYPES = ("uuid", "int8", "text", "int8", "text", "int4", "timestamptz", "timestamptz", "bytea", "bytea")


def fill(ground: Ground, org: UUID, events: int) -> int:
    """Write so many events of simulated relationships into an organisation's empty log; how many relationships."""
    now = datetime.now(UTC)
    facts = islice(lives(11, events, now, org=org), events)
    relationships: set[str] = set()
    with ground.raw(admin=True) as admin:
        with admin.cursor() as cursor, cursor.copy(COPY) as copy:
            copy.set_types(TYPES)
            for row in _rows(org, facts, now - timedelta(days=1)):
                copy.write_row(row)
                relationships.add(row[2])
        admin.execute("UPDATE log_heads SET size = %s, last_recorded_at = %s WHERE org_id = %s", (events, now, org))
        admin.execute("ANALYZE events")
    return sum(name.startswith("relationship-") for name in relationships)


def _rows(org: UUID, facts: Iterator[Fact], recorded_at: datetime) -> Iterator[Row]:
    heads: dict[str, tuple[int, bytes]] = {}
    stamp = f',"recorded_at":"{timestamp(recorded_at)}"'.encode()
    for position, fact in enumerate(facts):
        version, prev = heads.get(fact.stream, (0, b""))
        head, middle = pieces(str(org), fact.stream, fact.data, fact.occurred_at, actor=ACTOR)
        before = b'"' + prev.hex().encode() + b'"' if prev else b"null"
        type_ = fact.data.TYPE
        record = head + before + stamp + middle + f'{version + 1},"type":"{type_}"}}'.encode()
        leaf = leaf_hash(record)
        heads[fact.stream] = (version + 1, leaf)
        stored = (type_, fact.data.SCHEMA, recorded_at, fact.occurred_at, record, leaf)
        yield (org, position, fact.stream, version + 1, *stored)
