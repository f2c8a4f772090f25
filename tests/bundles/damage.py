"""Ways to damage a file of a bundle: one byte, one item (a record, a hash, a line), or the end."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from events.proof.tiles import decode_entries, encode_entries
from services.bundles.tree import hashes_of

Items = list[bytes]


@dataclass(frozen=True)
class Kind:
    """A kind of file: how it falls into items and is put together again, and which item is damaged."""

    split: Callable[[bytes], Items]
    join: Callable[[Items], bytes]
    at: int


RECORDS = Kind(lambda data: decode_entries(data, 256), encode_entries, 70)
HASHES = Kind(hashes_of, b"".join, 1)
LINES = Kind(lambda data: data.splitlines(keepends=True), b"".join, 1)
PROOF = Kind(LINES.split, LINES.join, 3)


def _flip(items: Items, at: int) -> Items:
    one = bytearray(items[at])
    one[len(one) // 2] ^= 1
    return [*items[:at], bytes(one), *items[at + 1 :]]


ITEM: dict[str, Callable[[Items, int], Items]] = {
    "flip": _flip,
    "drop": lambda items, at: items[:at] + items[at + 1 :],
    "swap": lambda items, at: [*items[:at], items[at + 1], items[at], *items[at + 2 :]],
    "duplicate": lambda items, at: items[: at + 1] + items[at:],
    "replace": lambda items, at: [*items[:at], items[at + 1], *items[at + 1 :]],
}
WAYS = (*ITEM, "truncate", "extend", "empty", "remove")


def damage(file: Path, kind: Kind, way: str) -> None:
    """Change a file in place."""
    data = file.read_bytes()
    match way:
        case "truncate":
            data = data[:-3]
        case "extend":
            data += data[-40:]
        case "empty":
            data = b""
        case "remove":
            file.unlink()
            return
        case _:
            data = kind.join(ITEM[way](kind.split(data), kind.at))
    file.write_bytes(data)
