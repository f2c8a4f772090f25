"""Reads of a big log: by type, which goes along the key, and by time, which finds its position first."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import psycopg

from deploy.bench.biglog import fill
from deploy.bench.ground import Ground, organisation
from deploy.bench.rounds import milliseconds
from deploy.bench.table import Line
from events.log import Log
from events.subjects.batch import Undone

PAGE = 100
_ROUNDS_PER_SECOND = 5


def measure(ground: Ground, seconds: float, events: int = 1_000_000) -> list[Line]:
    """Milliseconds of a page from a moment on, and of a type that no event has: the whole log is gone through."""
    engine = ground.engine()
    try:
        org, log = organisation(engine), Log(engine)
        fill(ground, org, events)
        since = datetime.now(UTC) - timedelta(days=2)
        with ground.raw(admin=True) as raw:
            raw.execute("VACUUM ANALYZE events")  # as the server does by itself within a minute
            by_type, scanned, by_time, by_position = milliseconds(
                [
                    lambda: log.read(org, types=[Undone.TYPE], limit=PAGE),
                    lambda: _scanned(raw, org),
                    lambda: log.read(org, since=since, limit=PAGE),
                    lambda: log.read(org, after=events // 2, limit=PAGE),
                ],
                times=max(int(seconds * _ROUNDS_PER_SECOND), 5),
            )
    finally:
        engine.dispose()
    absent, page = f"a type that none of {events:,} events has", f"{PAGE} events from a moment on, of {events:,}"
    return [
        Line(what=absent, ours=by_type, yardstick="sequential scan", theirs=scanned, unit="ms"),
        Line(what=page, ours=by_time, yardstick="from a position on", theirs=by_position, unit="ms"),
    ]


def _scanned(raw: psycopg.Connection, org: UUID) -> None:
    with raw.transaction():
        raw.execute("SET LOCAL enable_indexscan = off")
        raw.execute("SET LOCAL enable_indexonlyscan = off")
        raw.execute("SET LOCAL enable_bitmapscan = off")
        raw.execute("SELECT position FROM events WHERE org_id = %s AND type = %s", (org, Undone.TYPE)).fetchall()
