"""Effects under way: rows that say what was begun and how it ended, until the outcome is an event.

A worker holds an effect by the lock on its row. PostgreSQL frees the lock of a killed worker at once, so whoever gets
it and finds something begun and not settled knows that its author was cut off, and need not wait for a time-out.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, Engine, text

from events.tenancy import tenant

# What a row says. WAITING is tried again from its `not_before` on; the others after BEGUN are settled.
HELD, BEGUN, DONE, WAITING, FAILED, UNKNOWN = "held", "begun", "done", "waiting", "failed", "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """One effect's row; note says why it failed, or (of a held one) what it is about."""

    key: str
    state: str
    attempts: int
    begun_at: datetime
    not_before: datetime | None
    note: str


class Hold:
    """The lock on an effect and, by its key's prefix, on its parts; lasts until the block ends."""

    def __init__(self, connection: Connection, org: UUID, key: str) -> None:
        self._connection = connection
        self._org = org
        self._key = key

    def parts(self) -> dict[str, Effect]:
        """The parts begun so far, by what their keys add to the effect's own."""
        found = _between(self._connection, self._org, f"{self._key}/", f"{self._key}0")
        return {one.key[len(self._key) + 1 :]: one for one in found}

    def forget(self) -> None:
        """Take away the effect and its parts: its outcome is an event, or there is none."""
        query = text(
            "DELETE FROM effects WHERE org_id = :org "
            "AND (effect_key = :key OR (effect_key > :first AND effect_key < :last))"
        )
        bounds = {"key": self._key, "first": f"{self._key}/", "last": f"{self._key}0"}
        self._connection.execute(query, bounds | {"org": self._org})


class Effects:
    """The effects of all organisations, one organisation at a time."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @contextmanager
    def hold(self, org: UUID, key: str, now: datetime, note: str = "") -> Iterator[Hold | None]:
        """Hold an effect, made if it is new; None while somebody else does. Its parts are begun and settled inside."""
        self._put(org, key, HELD, now, note)
        query = text("SELECT 1 FROM effects WHERE org_id = :org AND effect_key = :key FOR UPDATE SKIP LOCKED")
        with tenant(self._engine, org) as connection:
            locked = connection.scalar(query, {"org": org, "key": key})
            yield Hold(connection, org, key) if locked else None

    def begin(self, org: UUID, key: str, now: datetime) -> int:
        """Say that the effect is being made now, before it is; which attempt this is."""
        query = text(
            "INSERT INTO effects (org_id, effect_key, state, attempts, begun_at, note) "
            "VALUES (:org, :key, :state, 1, :now, '') ON CONFLICT (org_id, effect_key) DO UPDATE SET "
            "state = excluded.state, begun_at = excluded.begun_at, attempts = effects.attempts + 1, not_before = NULL "
            "RETURNING attempts"
        )
        values = {"org": org, "key": key, "state": BEGUN, "now": now}
        with tenant(self._engine, org) as connection:
            return int(connection.execute(query, values).scalar_one())

    def settle(self, org: UUID, key: str, state: str, *, note: str = "", not_before: datetime | None = None) -> None:
        """Say how what was begun came out: DONE, FAILED, UNKNOWN, or WAITING until a moment."""
        query = text(
            "UPDATE effects SET state = :state, note = :note, not_before = :not_before "
            "WHERE org_id = :org AND effect_key = :key"
        )
        values = {"org": org, "key": key, "state": state, "note": note, "not_before": not_before}
        with tenant(self._engine, org) as connection:
            connection.execute(query, values)

    def below(self, org: UUID, prefix: str, state: str | None = None) -> list[Effect]:
        """The effects whose keys begin with `prefix` and a slash, in the order of their keys."""
        with tenant(self._engine, org) as connection:
            found = _between(connection, org, f"{prefix}/", f"{prefix}0")
        return [one for one in found if state in {None, one.state}]

    def held(self, org: UUID, kind: str) -> list[Effect]:
        """The effects of streams of one kind that were held and not finished."""
        with tenant(self._engine, org) as connection:
            return [one for one in _between(connection, org, f"{kind}-", f"{kind}.") if one.state == HELD]

    def drop(self, org: UUID, key: str) -> None:
        """Take one row away."""
        query = text("DELETE FROM effects WHERE org_id = :org AND effect_key = :key")
        with tenant(self._engine, org) as connection:
            connection.execute(query, {"org": org, "key": key})

    def _put(self, org: UUID, key: str, state: str, now: datetime, note: str) -> None:
        query = text(
            "INSERT INTO effects (org_id, effect_key, state, attempts, begun_at, note) "
            "VALUES (:org, :key, :state, 0, :now, :note) ON CONFLICT DO NOTHING"
        )
        with tenant(self._engine, org) as connection:
            connection.execute(query, {"org": org, "key": key, "state": state, "now": now, "note": note})


def _between(connection: Connection, org: UUID, first: str, last: str) -> list[Effect]:
    query = text(
        "SELECT effect_key, state, attempts, begun_at, not_before, note FROM effects "
        "WHERE org_id = :org AND effect_key > :first AND effect_key < :last ORDER BY effect_key"
    )
    rows = connection.execute(query, {"org": org, "first": first, "last": last})
    return [
        Effect(key=row[0], state=row[1], attempts=row[2], begun_at=row[3], not_before=row[4], note=row[5])
        for row in rows
    ]
