"""The tree and the records as the files of C2SP tlog-tiles, at its height of 8.

A tile is the hashes of up to 256 nodes side by side, `tile/<level>/<number>`: hash i of tile n at level l is the root
of the 256**l leaves from (n * 256 + i) * 256**l on. An entry bundle is up to 256 records, each behind its length as a
big-endian uint16, `tile/entries/<number>`. The last one of a row may be partial: `.p/<width>` behind its path.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from events.proof.errors import ProofError
from events.proof.tree import HASH_SIZE, HashAt, complete_root

HEIGHT = 8
WIDTH = 1 << HEIGHT
MAX_RECORD = 65_535
_TOP_LEVEL = 63
_LONGEST_PATH = 64
_KEPT_TILES = 32
_PATH = re.compile(r"tile/(entries|[0-9]{1,2})/((?:x[0-9]{3}/)*[0-9]{3})(?:\.p/([1-9][0-9]{0,2}))?")


@dataclass(frozen=True, slots=True)
class Tile:
    """The `width` hashes of one tile; full at 256."""

    level: int
    number: int
    width: int = WIDTH

    @property
    def path(self) -> str:
        """Where C2SP tlog-tiles has it, like `tile/0/x001/067` or `tile/1/000.p/5`."""
        return f"tile/{self.level}/{_numbered(self.number, self.width)}"


@dataclass(frozen=True, slots=True)
class Entries:
    """The `width` records of one bundle; full at 256."""

    number: int
    width: int = WIDTH

    @property
    def path(self) -> str:
        """Where C2SP tlog-tiles has it, like `tile/entries/x001/067`."""
        return f"tile/entries/{_numbered(self.number, self.width)}"


def parse_path(text: str) -> Tile | Entries:
    """The tile or bundle that the path names in its one canonical spelling; ProofError bad_tile_path for any other."""
    found = _PATH.fullmatch(text) if len(text) <= _LONGEST_PATH else None
    if found:
        row, number, width = found[1], int(re.sub("[x/]", "", found[2])), int(found[3] or WIDTH)
        named = Entries(number, width) if row == "entries" else Tile(int(row), number, width)
        is_possible = (width < WIDTH) == (found[3] is not None)
        if is_possible and named.path == text and (isinstance(named, Entries) or named.level <= _TOP_LEVEL):
            return named
    raise ProofError("bad_tile_path", f"“{text[:80]}” is not the path of a tile or an entry bundle of C2SP tlog-tiles.")


def tiles_of(size: int) -> Iterator[Tile]:
    """Every tile of a tree of `size` leaves, partial ones included, level by level upward; empty ones do not exist."""
    level, hashes = 0, size
    while hashes:
        yield from (Tile(level, number, width) for number, width in _row(hashes))
        level, hashes = level + 1, hashes // WIDTH


def entries_of(size: int) -> Iterator[Entries]:
    """Every entry bundle of a log of `size` records, in order."""
    return (Entries(number, width) for number, width in _row(size))


def encode_entries(records: Iterable[bytes]) -> bytes:
    """The bytes of a bundle; ProofError bad_entries for a record over 65,535 bytes, which has no place in one."""
    parts: list[bytes] = []
    for record in records:
        if len(record) > MAX_RECORD:
            raise ProofError(
                "bad_entries",
                f"A record of {len(record):,} bytes has no place in a bundle; at most {MAX_RECORD:,} have.",
            )
        parts += (len(record).to_bytes(2, "big"), record)
    return b"".join(parts)


def decode_entries(data: bytes, width: int) -> list[bytes]:
    """The `width` records of a bundle; ProofError bad_entries when there are more, fewer, or one is cut off."""
    records = []
    at = 0
    try:
        for _ in range(width):
            start = at + 2
            at = start + (data[start - 2] << 8 | data[start - 1])
            records.append(data[start:at])
    except IndexError:
        at = -1
    if at != len(data):
        raise ProofError(
            "bad_entries", f"The bundle is not exactly {width} records: it was cut off, or something was added."
        )
    return records


def hash_reader(read: Callable[[Tile], bytes], size: int) -> HashAt:
    """Find hashes of the tree of `size` leaves in its tiles, of which a few are kept.

    `read` gives the bytes of a tile of that tree: ProofError bad_tile where they are not 32 times its width.
    """

    @lru_cache(maxsize=_KEPT_TILES)
    def kept(level: int, number: int) -> bytes:
        hashes = size >> HEIGHT * level
        tile = Tile(level, number, min(WIDTH, hashes - number * WIDTH))
        data = read(tile)
        if len(data) != tile.width * HASH_SIZE:
            raise ProofError(
                "bad_tile",
                f"{tile.path} has {len(data):,} bytes instead of {tile.width * HASH_SIZE:,}.",
                path=tile.path,
            )
        return data

    def hash_at(level: int, index: int) -> bytes:
        if level < 0 or index < 0 or (index + 1) << level > size:
            raise ProofError("bad_tile", f"A log of {size} records has no hash {index} at level {level}.")
        row, height = divmod(level, HEIGHT)
        number, first = divmod(index << height, WIDTH)
        return _folded(kept(row, number), first, height)

    return hash_at


def _folded(tile: bytes, first: int, height: int) -> bytes:
    """The root of the 2**height hashes of a tile from number `first` on."""
    nodes = [
        tile[at : at + HASH_SIZE] for at in range(first * HASH_SIZE, (first + (1 << height)) * HASH_SIZE, HASH_SIZE)
    ]
    return complete_root(nodes)


def _row(hashes: int) -> Iterator[tuple[int, int]]:
    """Number and width of what holds so many things side by side."""
    full, rest = divmod(hashes, WIDTH)
    yield from ((number, WIDTH) for number in range(full))
    if rest:
        yield full, rest


def _numbered(number: int, width: int) -> str:
    """The number in groups of three digits, all but the last behind an x; the width where it is partial."""
    groups = [f"{number % 1000:03}"]
    while number := number // 1000:
        groups.append(f"x{number % 1000:03}")
    path = "/".join(reversed(groups))
    return path if width == WIDTH else f"{path}.p/{width}"
