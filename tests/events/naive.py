"""The tree by its definition, over the bytes of the records: slow, plain, and past the tree's own tables."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from hashlib import sha256
from uuid import UUID

from tests.events.rows import connected, rows

WIDTH = 256


def grow(url: str, org: UUID, number: int) -> int:
    """So many records more, at once and past the log, in streams of ten; the log's size after it."""
    with connected(url, org) as connection:
        (size,) = connection.execute("SELECT size FROM log_heads FOR UPDATE").fetchone() or (0,)
        connection.execute(
            "INSERT INTO events SELECT %s, n, 'relationship-' || n / 10, n %% 10 + 1, 'relationship.goal_set', 1, "
            "now(), now(), record, sha256('\\x00'::bytea || record) FROM generate_series(%s::bigint, %s::bigint) n, "
            "LATERAL (SELECT convert_to('record ' || n || repeat('.', (n %% 7)::int), 'UTF8') record) made",
            [org, size, size + number - 1],
        )
        connection.execute("UPDATE log_heads SET size = size + %s", [number])
    return int(size) + number


def records_of(url: str, org: UUID) -> list[bytes]:
    """The records of a log, oldest first."""
    return [bytes(one) for (one,) in rows(url, org, "SELECT record FROM events ORDER BY position")]


def leaf(record: bytes) -> bytes:
    """RFC 9162 section 2.1.1."""
    return sha256(b"\x00" + record).digest()


def root_of(leaves: Sequence[bytes]) -> bytes:
    """RFC 9162 section 2.1.1, word for word."""
    if len(leaves) <= 1:
        return leaves[0] if leaves else sha256(b"").digest()
    half = 1
    while half * 2 < len(leaves):
        half *= 2
    return sha256(b"\x01" + root_of(leaves[:half]) + root_of(leaves[half:])).digest()


def levels(leaves: Sequence[bytes]) -> Iterator[list[bytes]]:
    """The hashes that stand in the tiles of each level: of level l the roots of all complete 256**l leaves."""
    row = list(leaves)
    while row:
        yield row
        row = [root_of(row[at : at + WIDTH]) for at in range(0, len(row) - WIDTH + 1, WIDTH)]


def stored_tiles(url: str, org: UUID) -> dict[tuple[int, int], tuple[bytes, bytes]]:
    """Hashes and root of each stored tile by level and number."""
    found = rows(url, org, "SELECT level, number, hashes, root FROM tiles")
    return {(level, number): (bytes(hashes), bytes(root)) for level, number, hashes, root in found}


def full_tiles(leaves: Sequence[bytes]) -> dict[tuple[int, int], tuple[bytes, bytes]]:
    """What `stored_tiles` must find."""
    return {
        (level, number): (b"".join(row[number * WIDTH :][:WIDTH]), root_of(row[number * WIDTH :][:WIDTH]))
        for level, row in enumerate(levels(leaves))
        for number in range(len(row) // WIDTH)
    }
