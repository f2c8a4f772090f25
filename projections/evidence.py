"""What a report rests on: events of many streams up to a position, leaf hashes, and who did something in a time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Engine, text

from events.event import AnyRecorded
from events.tenancy import tenant
from projections.scan import some_streams


def events_of(engine: Engine, org: UUID, streams: Sequence[str], upto: int) -> dict[str, list[AnyRecorded]]:
    """The events of the streams up to a position, those that have any; raises what decoding raises."""
    with tenant(engine, org) as connection:
        return {one.stream: one.events() for one in some_streams(connection, org, streams, upto)}


def leaf_hashes(engine: Engine, org: UUID, positions: Iterable[int]) -> dict[int, str]:
    """The leaf hash (RFC 9162, SHA-256) of each position, in hex."""
    query = text(
        "SELECT position, encode(leaf_hash, 'hex') FROM events WHERE org_id = :org AND position = ANY (:positions)"
    )
    with tenant(engine, org) as connection:
        found = connection.execute(query, {"org": org, "positions": list(positions)})
        return {row[0]: row[1] for row in found}


def active_streams(engine: Engine, org: UUID, since: datetime, until: datetime) -> set[str]:
    """The relationships to which something happened from `since` up to, not including, `until`."""
    query = text(
        "SELECT DISTINCT stream FROM events WHERE org_id = :org "
        "AND stream >= 'relationship-' AND stream < 'relationship.' AND occurred_at >= :since AND occurred_at < :until"
    )
    with tenant(engine, org) as connection:
        return set(connection.scalars(query, {"org": org, "since": since, "until": until}))
