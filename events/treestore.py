"""The Merkle tree of each log in its tables: tiles, what was signed, the heads of the streams, and a log's halt.

Full tiles are stored once and never change; a partial one is put together from what lies below it when it is asked
for. So an append costs the tree nothing but the leaf hash that it stores anyway.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Engine, text

from events.catalogue import catalogue
from events.proof.checkpoint import origin_of
from events.proof.errors import ProofError
from events.proof.programmes import Membership, programme_of
from events.proof.streams import StreamHead
from events.proof.tiles import HEIGHT, WIDTH, Entries, Tile, encode_entries, hash_reader
from events.proof.tree import HASH_SIZE, HashAt, complete_root
from events.tenancy import tenant

BATCH = 64
"""Tiles per transaction: 16,384 records, half a megabyte of hashes."""
HEADS_PER_FETCH = 2_000
_BEYOND = 2**62


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredCheckpoint:
    """What was signed: origin, size, and root there (32 bytes) of the log, and the note as the signer gave it."""

    origin: str
    size: int
    root: bytes
    note: bytes
    signed_at: datetime


class TreeStore:
    """The tree of every organisation's log. The organisation is each method's first argument."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def size(self, org: UUID) -> int:
        """How many leaves the tree has now."""
        with tenant(self._engine, org) as connection:
            return _size(connection, org)

    def tile(self, org: UUID, tile: Tile) -> bytes | None:
        """The hashes of a tile (32 bytes each), full or partial; None when the log is too short for it.

        Above level 0 also while the tiles below it are not completed, which those of a signed size always are.
        """
        return self.tiles(org, [tile])[0]

    def tiles(self, org: UUID, wanted: Sequence[Tile]) -> list[bytes | None]:
        """Several tiles at once, each as `tile` gives it."""
        possible = [tile for tile in wanted if _is_possible(tile.level, tile.number)]
        values = {name: [getattr(tile, name) for tile in possible] for name in ("level", "number", "width")}
        with tenant(self._engine, org) as connection:
            read = [bytes(one or b"") for one in connection.scalars(text(_TILES), {"org": org, **values})]
        found = {
            tile: hashes for tile, hashes in zip(possible, read, strict=True) if len(hashes) == tile.width * HASH_SIZE
        }
        return [found.get(tile) for tile in wanted]

    def entries(self, org: UUID, entries: Entries) -> bytes | None:
        """An entry bundle, full or partial; None when the log is too short for it."""
        if not _is_possible(0, entries.number):
            return None
        first = entries.number * WIDTH
        query = text(
            "SELECT record FROM events WHERE org_id = :org AND position >= :first AND position < :last "
            "ORDER BY position"
        )
        with tenant(self._engine, org) as connection:
            values = {"org": org, "first": first, "last": first + entries.width}
            records = connection.scalars(query, values).all()
        return encode_entries(bytes(one) for one in records) if len(records) == entries.width else None

    def hash_at(self, org: UUID, size: int) -> HashAt:
        """Read hashes of the tree of the first `size` records; it raises ProofError `no_tile` beyond the log."""
        edge: dict[Tile, bytes | None] = {}

        def read(tile: Tile) -> bytes:
            # Every proof needs the partial tiles, in which the tree ends: all of them are read at the first look.
            if not edge and (partial := _partial_tiles(size)):
                edge.update(zip(partial, self.tiles(org, partial), strict=True))
            found = edge[tile] if tile in edge else self.tile(org, tile)
            if found is None:
                raise ProofError("no_tile", f"The log is too short for {tile.path}.", path=tile.path)
            return found

        return hash_reader(read, size)

    def completed(self, org: UUID) -> int:
        """How many tiles of the lowest level are stored."""
        with tenant(self._engine, org) as connection:
            return _count(connection, org, 0)

    def complete_tiles(self, org: UUID, limit: int = BATCH) -> int:
        """Store the tiles that are full and not stored yet, at most so many of the lowest level; how many were.

        One transaction, so that no level is ahead of the one below; what somebody else stores meanwhile is the same.
        """
        with tenant(self._engine, org) as connection:
            have = _count(connection, org, 0)
            full = min(_size(connection, org) // WIDTH, have + limit)
            done = self._complete(connection, org, 0, have, full)
            level = 1
            while done and (full := _count(connection, org, level - 1) // WIDTH):
                done += self._complete(connection, org, level, _count(connection, org, level), full)
                level += 1
        return done

    def latest(self, org: UUID, number: int | None = None) -> StoredCheckpoint | None:
        """The checkpoint of the largest size under one of the log's origins, the present one unless a number is given.

        Those of an earlier origin may speak of records that the log has lost.
        """
        return self._checkpoint(org, number, "ORDER BY size DESC LIMIT 1", {})

    def checkpoint(self, org: UUID, size: int, number: int | None = None) -> StoredCheckpoint | None:
        """The checkpoint of a size, if one was signed there; under which origin: as in `latest`."""
        return self._checkpoint(org, number, "AND size = :size", {"size": size})

    def put_checkpoint(self, org: UUID, number: int, size: int, root: bytes, note: bytes) -> StoredCheckpoint:
        """Keep what was signed under an origin; what is stored of this size there already stays and is the answer."""
        statement = text(
            "INSERT INTO checkpoints (org_id, origin, size, root, note, signed_at) "
            "VALUES (:org, :number, :size, :root, :note, clock_timestamp()) ON CONFLICT DO NOTHING"
        )
        with tenant(self._engine, org) as connection:
            values = {"org": org, "number": number, "size": size, "root": root, "note": note}
            connection.execute(statement, values)
        stored = self.checkpoint(org, size, number)
        assert stored is not None, "it was stored now, and nothing is ever removed"
        return stored

    def stream_heads(self, org: UUID, upto_position: int) -> Iterator[StreamHead]:
        """The last version and leaf of every stream in the log up to a position, by the bytes of their names."""
        # The inner order is the index read backwards, so that only the heads have to be sorted.
        query = text(
            "SELECT * FROM (SELECT DISTINCT ON (stream) stream, stream_version, leaf_hash FROM events "
            "WHERE org_id = :org AND position <= :upto ORDER BY stream DESC, stream_version DESC) heads ORDER BY stream"
        )
        with tenant(self._engine, org) as connection:
            reading = connection.execution_options(yield_per=HEADS_PER_FETCH)
            for stream, version, leaf in reading.execute(query, {"org": org, "upto": upto_position}):
                yield StreamHead(stream, version, bytes(leaf))

    def memberships(self, org: UUID, upto_position: int) -> Iterator[Membership]:
        """Every programme with each of its streams in the log up to a position, by the bytes of their names."""
        values = {"org": org, "upto": upto_position, "types": _types_that_name_a_programme()}
        with tenant(self._engine, org) as connection:
            reading = connection.execution_options(yield_per=HEADS_PER_FETCH)
            for programme, stream in reading.execute(text(_MEMBERSHIPS), values):
                if programme_of(stream, {"programme_id": programme}) == programme:
                    yield programme, stream

    def origin_number(self, org: UUID) -> int:
        """Under which of its origins the log is signed; 1 unless it was continued after a loss."""
        with tenant(self._engine, org) as connection:
            found = connection.scalar(text("SELECT origin FROM log_heads WHERE org_id = :org"), {"org": org})
        return found or 1

    def origin(self, org: UUID) -> str:
        """The origin that the log is signed under now."""
        return origin_of(org, self.origin_number(org))

    def begin_origin(self, org: UUID, number: int) -> None:
        """Let a halted log take events again, signed under its next origin; done already is no error."""
        statement = text(
            "UPDATE log_heads SET origin = :number, halted = NULL "
            "WHERE org_id = :org AND origin = :number - 1 AND halted IS NOT NULL"
        )
        with tenant(self._engine, org) as connection:
            connection.execute(statement, {"org": org, "number": number})

    def halted(self, org: UUID) -> str | None:
        """Why the log takes nothing; None when it does."""
        with tenant(self._engine, org) as connection:
            found: str | None = connection.scalar(
                text("SELECT halted FROM log_heads WHERE org_id = :org"), {"org": org}
            )
        return found

    def halt(self, org: UUID, why: str) -> None:
        """Let the log take nothing from now on; why: sentences for whoever tries to write."""
        self._set_halt(org, why)

    def resume(self, org: UUID) -> None:
        """Let the log take events again."""
        self._set_halt(org, None)

    def _set_halt(self, org: UUID, why: str | None) -> None:
        statement = text("UPDATE log_heads SET halted = :why WHERE org_id = :org")
        with tenant(self._engine, org) as connection:
            connection.execute(statement, {"org": org, "why": why})

    def _checkpoint(self, org: UUID, number: int | None, which: str, values: dict[str, Any]) -> StoredCheckpoint | None:
        query = text(
            "SELECT origin, size, root, note, signed_at FROM checkpoints WHERE org_id = :org "
            f"AND origin = coalesce(:number, (SELECT origin FROM log_heads WHERE org_id = :org)) {which}"
        )
        with tenant(self._engine, org) as connection:
            row = connection.execute(query, {"org": org, "number": number, **values}).one_or_none()
        if row is None:
            return None
        origin, size, root, note, signed_at = row
        return StoredCheckpoint(
            origin=origin_of(org, origin), size=size, root=bytes(root), note=bytes(note), signed_at=signed_at
        )

    def _complete(self, connection: Connection, org: UUID, level: int, have: int, full: int) -> int:
        if full <= have:
            return 0
        below = text(_ROOTS_BY_TILE if level else _LEAVES_BY_TILE)
        values = {"org": org, "level": level - 1, "first": have * WIDTH, "last": full * WIDTH}
        hashes = [bytes(one) for one in connection.scalars(below, values)]
        connection.execute(
            text(
                "INSERT INTO tiles (org_id, level, number, hashes, root) "
                "VALUES (:org, :level, :number, :hashes, :root) ON CONFLICT DO NOTHING"
            ),
            [
                {"org": org, "level": level, "number": number, "hashes": one, "root": _root(one)}
                for number, one in enumerate(hashes, have)
            ],
        )
        return len(hashes)


_LEAVES = "string_agg(CAST(leaf_hash AS bytea), '' ORDER BY position) FROM events WHERE org_id = :org"
_ROOTS = "string_agg(CAST(root AS bytea), '' ORDER BY tiles.number) FROM tiles WHERE org_id = :org"
_STORED = (
    "SELECT substring(t.hashes FROM 1 FOR w.width * 32) FROM tiles t "
    "WHERE t.org_id = :org AND t.level = w.level AND t.number = w.number"
)
_WITHIN = "BETWEEN w.number * 256 AND w.number * 256 + w.width - 1"
_TILES = (
    f"SELECT coalesce(({_STORED}), CASE WHEN w.level = 0 THEN (SELECT {_LEAVES} AND position {_WITHIN}) "
    f"ELSE (SELECT {_ROOTS} AND tiles.level = w.level - 1 AND tiles.number {_WITHIN}) END) "
    "FROM unnest(CAST(:level AS int[]), CAST(:number AS bigint[]), CAST(:width AS int[])) "
    "WITH ORDINALITY w (level, number, width, place) ORDER BY w.place"
)
_LEAVES_BY_TILE = (
    f"SELECT {_LEAVES} AND position >= :first AND position < :last GROUP BY position / {WIDTH} "
    f"ORDER BY position / {WIDTH}"
)
_ROOTS_BY_TILE = (
    f"SELECT {_ROOTS} AND level = :level AND number >= :first AND number < :last GROUP BY number / {WIDTH} "
    f"ORDER BY number / {WIDTH}"
)
_MEMBERSHIPS = (
    'SELECT DISTINCT programme COLLATE "C" AS programme, stream FROM ('
    "SELECT substr(stream, length('programme-') + 1) AS programme, stream FROM events WHERE org_id = :org "
    "AND position <= :upto AND stream >= 'programme-' AND stream < 'programme.' AND stream_version = 1 UNION ALL "
    "SELECT CAST(convert_from(record, 'UTF8') AS json) #>> '{data,programme_id}', stream FROM events "
    "WHERE org_id = :org AND position <= :upto AND type = ANY (:types)) named ORDER BY programme, stream"
)


def _types_that_name_a_programme() -> list[str]:
    """So that only their records are read, which are few; what counts is what stands in them."""
    return [type_ for type_, cls in catalogue().items() if "programme_id" in cls.__struct_fields__]


def _is_possible(level: int, number: int) -> bool:
    """Whether a log could be so long: the database's numbers have 63 bits."""
    return (number + 1) << HEIGHT * (level + 1) <= _BEYOND


def _partial_tiles(size: int) -> list[Tile]:
    """The tiles that are not full in the tree of so many leaves, one a level at most."""
    rows = ((level, *divmod(size >> HEIGHT * level, WIDTH)) for level in range(64 // HEIGHT))
    return [Tile(level, number, width) for level, number, width in rows if width]


def _size(connection: Connection, org: UUID) -> int:
    return int(connection.scalar(text("SELECT size FROM log_heads WHERE org_id = :org"), {"org": org}) or 0)


def _count(connection: Connection, org: UUID, level: int) -> int:
    """How many tiles a level has: they are stored in order, without gaps."""
    query = text("SELECT max(number) + 1 FROM tiles WHERE org_id = :org AND level = :level")
    return int(connection.scalar(query, {"org": org, "level": level}) or 0)


def _root(hashes: bytes) -> bytes:
    return complete_root(_split(hashes))


def _split(hashes: bytes) -> Sequence[bytes]:
    return [hashes[at : at + HASH_SIZE] for at in range(0, len(hashes), HASH_SIZE)]
