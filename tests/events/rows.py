"""What the tables hold, seen past the log: as the service's role, or as the owner who can do more."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, LiteralString
from uuid import UUID

import psycopg
from sqlalchemy import make_url

from deploy.addresses import plain

TABLES = ("events", "commands", "live_states", "live_claims")


@contextmanager
def connected(url: str, org: UUID | None = None) -> Iterator[psycopg.Connection]:
    """A connection of its own in one transaction, bound to the organisation; commits at the end."""
    with psycopg.connect(plain(make_url(url))) as connection:
        if org is not None:
            connection.execute("SELECT set_config('app.org_id', %s, true)", [str(org)])
        yield connection


def rows(url: str, org: UUID | None, query: LiteralString, *values: Any) -> list[tuple[Any, ...]]:
    """What one query finds."""
    with connected(url, org) as connection:
        return connection.execute(query, values).fetchall()


def change(url: str, org: UUID | None, statement: LiteralString, *values: Any) -> int:
    """Run one statement; the number of rows that it changed."""
    with connected(url, org) as connection:
        return connection.execute(statement, values).rowcount


def everything_of(url: str, org: UUID) -> dict[str, list[tuple[Any, ...]]]:
    """All rows that the organisation has in the tables of the log, its head included."""
    found = {table: rows(url, org, f"SELECT t::text FROM {table} t ORDER BY 1") for table in TABLES}
    return found | {"log_heads": rows(url, org, "SELECT size, last_recorded_at, clamped FROM log_heads")}
