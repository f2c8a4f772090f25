"""Reads a time stamp (RFC 3161) as far as it takes no key: its certificates in the order of DER, and what it says.

RFC 5652 leaves the order of certificates open, openssl's authorities send them as they come, and the library that reads
the token demands DER. No signature covers the order; sorting moves bytes and changes no length. What is kept is as it
came.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

_CERTIFICATES = 0xA0
_SIGNED = (0, 1, 1, 0)
"""From the answer to what is signed: the answer, its second member (the token), its content, SignedData."""
_STATEMENT = (2, 1, 0, 0)
"""On from there: encapContentInfo, eContent, the octets, TSTInfo in them."""
_IMPRINT, _TIME = 2, 4
_SHA256 = bytes.fromhex("0609608648016503040201")


@dataclass(frozen=True, slots=True)
class Stated:
    """What a token says, whoever signed it: the SHA-256 of what was stamped (32 bytes), and when."""

    imprint: bytes
    time: datetime


def with_sorted_certificates(token: bytes) -> bytes:
    """The answer (RFC 3161, 2.4.2) with sorted certificates, or as it is where it has another shape."""
    try:
        start, end = _inside(token, _SIGNED, 0, len(token))
        for tag, _, inside, after in _members(token, start, end):
            if tag == _CERTIFICATES:
                found = sorted(token[one:last] for _, one, _, last in _members(token, inside, after))
                return token[:inside] + b"".join(found) + token[after:]
    except IndexError:
        pass  # the reader of the token says what is wrong with it
    return token


def stated(token: bytes) -> Stated | None:
    """What the token in an answer says (TSTInfo); None when it cannot be read, or is not over SHA-256."""
    try:
        (_,) = _members(token, 0, len(token))
        members = list(_members(token, *_inside(token, _SIGNED + _STATEMENT, 0, len(token))))
        _, _, start, end = members[_IMPRINT]
        (_, _, algorithm, after), (_, _, digest, last) = _members(token, start, end)
        _, _, start, end = members[_TIME]
        moment = token[start:end].decode("ascii").partition(".")[0].rstrip("Z")
        time = datetime.strptime(f"{moment}Z", "%Y%m%d%H%M%S%z")
    except (IndexError, ValueError):
        return None
    imprint = token[digest:last]
    sound = token[algorithm:after].startswith(_SHA256) and len(imprint) == 32
    return Stated(imprint, time) if sound else None


def _inside(data: bytes, path: tuple[int, ...], start: int, end: int) -> tuple[int, int]:
    for number in path:
        _, _, start, end = list(_members(data, start, end))[number]
    return start, end


def _members(data: bytes, start: int, end: int) -> Iterator[tuple[int, int, int, int]]:
    """(tag, start, start of the content, end) of each member between two places. Raises IndexError."""
    while start < end:
        size, inside = data[start + 1], start + 2
        if size >= 0x80:
            width = size & 0x7F
            if not 0 < width <= 4:
                raise IndexError(start)
            size, inside = int.from_bytes(data[inside : inside + width]), inside + width
        if inside + size > end:
            raise IndexError(start)
        yield data[start], start, inside, inside + size
        start = inside + size
