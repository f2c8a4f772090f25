"""The tree as RFC 9162 section 2.1 defines it, recursively and from the leaves: slow, and easy to believe."""

from functools import cache
from hashlib import sha256

from events.proof.tree import HashAt


def records_of(size: int) -> list[bytes]:
    """So many different records."""
    return [b"record %d" % number for number in range(size)]


@cache
def leaf(number: int) -> bytes:
    """The leaf hash of one of those records."""
    return sha256(b"\x00record %d" % number).digest()


@cache
def root_of(start: int, end: int) -> bytes:
    """MTH(D[start:end]) of section 2.1.1."""
    if end - start < 2:
        return leaf(start) if end > start else sha256(b"").digest()
    cut = start + split(end - start)
    return sha256(b"\x01" + root_of(start, cut) + root_of(cut, end)).digest()


def path_of(index: int, start: int, end: int) -> list[bytes]:
    """PATH(index, D[start:end]) of section 2.1.3.1, the index counted from the log's beginning."""
    if end - start == 1:
        return []
    cut = start + split(end - start)
    if index < cut:
        return [*path_of(index, start, cut), root_of(cut, end)]
    return [*path_of(index, cut, end), root_of(start, cut)]


def proof_of(old: int, start: int, end: int, *, is_whole: bool = True) -> list[bytes]:
    """SUBPROOF(old, D[start:end], is_whole) of section 2.1.4.1, the old size counted from the log's beginning."""
    if old == end:
        return [] if is_whole else [root_of(start, end)]
    cut = start + split(end - start)
    if old <= cut:
        return [*proof_of(old, start, cut, is_whole=is_whole), root_of(cut, end)]
    return [*proof_of(old, cut, end, is_whole=False), root_of(start, cut)]


def hashes_of(size: int) -> HashAt:
    """The root of every complete subtree by level and index."""
    levels = [[leaf(number) for number in range(size)]]
    while len(below := levels[-1]) > 1:
        pairs = zip(below[::2], below[1::2], strict=False)
        levels.append([sha256(b"\x01" + left + right).digest() for left, right in pairs])
    return lambda level, index: levels[level][index]


def split(size: int) -> int:
    """The largest power of two below the size."""
    cut = 1
    while cut * 2 < size:
        cut *= 2
    return cut
