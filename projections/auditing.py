"""The audit of a log against its own bytes: every root, every column, every view made again and compared.

What the database says of itself counts for nothing here. The roots come from the record bytes and are compared with
`Anchor`s that are kept elsewhere (the signer's memory) or were signed; columns, tiles and views are what is examined.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import Connection, Engine, text

from events.proof.tiles import WIDTH
from events.proof.tree import Edge, complete_root, leaf_hash
from events.record import timestamp
from events.tenancy import tenant
from projections.auditing_programmes import Programmes
from projections.auditing_views import audit_views

MOST = 100
ROWS_PER_FETCH = 2_000
_COLUMNS = "position, stream, stream_version, type, schema, recorded_at, occurred_at, record, leaf_hash"


@dataclass(frozen=True, slots=True)
class Anchor:
    """What a root must be at a size, by somebody else's word; source says whose, for people."""

    source: str
    size: int
    root: bytes


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is not as it must be. position: of the record that it is about, None for another thing."""

    code: str
    position: int | None
    sentence: str


@dataclass(slots=True)
class Audit:
    """What was looked at and what was found; findings holds the first `MOST`, found counts all."""

    records: int = 0
    root: bytes = b""
    streams: int = 0
    found: int = 0
    findings: list[Finding] = field(default_factory=list)

    def find(self, code: str, sentence: str, position: int | None = None) -> None:
        """Note a finding."""
        self.found += 1
        if len(self.findings) < MOST:
            self.findings.append(Finding(code, position, sentence))


def audit(engine: Engine, org: UUID, anchors: Sequence[Anchor]) -> Audit:
    """Read the whole log of an organisation as it stood at one moment, twice: by position and by stream.

    What was made of it is looked at in the same moment: tiles, states, claims and the rows of every stored view.
    """
    done = Audit()
    with tenant(engine.execution_options(isolation_level="REPEATABLE READ"), org) as connection:
        _tree(connection, org, anchors, done)
        audit_views(connection, org, done.find)
    return done


class _Chain:
    """Follows records by position; what their bytes say is held against the columns and against their stream."""

    def __init__(self, org: UUID, done: Audit) -> None:
        self._org = str(org)
        self._done = done
        self._heads: dict[str, tuple[int, str]] = {}
        self._programmes = Programmes(self._org, done.find)

    def take(self, position: int, row: Sequence[Any], leaf: bytes) -> None:
        """One record with its columns."""
        stream, version, type_, schema, recorded_at, occurred_at, record, stored = row
        find = self._done.find
        if leaf != stored:
            find("changed_record", "The record is not the one whose leaf hash was stored.", position)
        try:
            found = orjson.loads(record)
            said = tuple(found[name] for name in ("org", "stream", "stream_version", "type", "schema", "prev"))
            times = found["recorded_at"], found["occurred_at"]
        except (ValueError, KeyError, TypeError):
            find("unreadable_record", "The bytes are no record.", position)
            return
        last, prev = self._heads.get(stream, (0, None))
        if said[:5] != (self._org, stream, version, type_, schema) or times != _written(recorded_at, occurred_at):
            find("column_differs", "A column does not say what the record's bytes say.", position)
        else:
            self._programmes.take(position, found)
        if version != last + 1:
            find("stream_gap", f"Version {version} of {stream} stands where version {last + 1} belongs.", position)
        elif said[5] != prev:
            find("broken_chain", f"Version {version} of {stream} does not name the record before it.", position)
        self._heads[stream] = version, leaf.hex()

    @property
    def streams(self) -> int:
        """How many streams were met."""
        return len(self._heads)


def _written(recorded_at: datetime, occurred_at: datetime) -> tuple[str, str]:
    return timestamp(recorded_at), timestamp(occurred_at)


def _tree(connection: Connection, org: UUID, anchors: Sequence[Anchor], done: Audit) -> None:
    edge, chain, leaves = Edge(), _Chain(org, done), list[bytes]()
    roots: list[bytes] = []
    wanted: dict[int, list[Anchor]] = {}
    for anchor in anchors:
        wanted.setdefault(anchor.size, []).append(anchor)
    for position, *row in _rows(connection, org):
        if position != edge.size:
            done.find("position_gap", f"Position {position} stands where {edge.size} belongs.", position)
        leaf = leaf_hash(row[6])
        chain.take(position, row, leaf)
        edge.append(leaf)
        leaves.append(leaf)
        if len(leaves) == WIDTH:
            roots.append(_tile(connection, org, 0, len(roots), leaves, done))
            leaves.clear()
        if edge.size in wanted:
            _compare(wanted.pop(edge.size), edge.root(), done)
    for missing in (one for group in wanted.values() for one in group if one.size):
        done.find("log_shorter", f"{missing.source} is of size {missing.size}; the log has {edge.size} records.")
    done.records, done.root, done.streams = edge.size, edge.root(), chain.streams
    _upper_tiles(connection, org, roots, done)


def _rows(connection: Connection, org: UUID) -> Iterator[tuple[Any, ...]]:
    raw: Any = connection.connection.driver_connection
    with raw.cursor(name="audit", binary=True) as cursor:
        cursor.itersize = ROWS_PER_FETCH
        cursor.execute(f"SELECT {_COLUMNS} FROM events WHERE org_id = %s ORDER BY position", (org,))
        yield from cursor


def _compare(anchors: Sequence[Anchor], root: bytes, done: Audit) -> None:
    for anchor in anchors:
        if anchor.root != root:
            done.find("wrong_root", f"At size {anchor.size} the records do not come to the root of {anchor.source}.")


def _tile(connection: Connection, org: UUID, level: int, number: int, hashes: Sequence[bytes], done: Audit) -> bytes:
    """The root of a full tile's hashes; a stored tile must hold the same."""
    root = complete_root(hashes)
    query = text("SELECT hashes, root FROM tiles WHERE org_id = :org AND level = :level AND number = :number")
    stored = connection.execute(query, {"org": org, "level": level, "number": number}).one_or_none()
    if stored is not None and (bytes(stored[0]), bytes(stored[1])) != (b"".join(hashes), root):
        done.find("wrong_tile", f"Tile {number} of level {level} does not follow from the records.")
    return root


def _upper_tiles(connection: Connection, org: UUID, roots: list[bytes], done: Audit) -> None:
    level = 1
    while len(roots) >= WIDTH:
        groups = [roots[at : at + WIDTH] for at in range(0, len(roots) - WIDTH + 1, WIDTH)]
        roots = [_tile(connection, org, level, number, group, done) for number, group in enumerate(groups)]
        level += 1
