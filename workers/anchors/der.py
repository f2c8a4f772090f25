"""Puts the certificates of a time stamp in the order of DER.

RFC 5652 leaves their order open, openssl's authorities send them as they come, and the library that reads the token
demands DER. No signature covers the order; sorting moves bytes and changes no length. What is kept is as it came.
"""

from __future__ import annotations

from collections.abc import Iterator

_CERTIFICATES = 0xA0
_PATH = (0, 1, 1, 0)
"""From the answer to what is signed: the answer, its second member (the token), its content, SignedData."""


def with_sorted_certificates(token: bytes) -> bytes:
    """The answer (RFC 3161, 2.4.2) with sorted certificates, or as it is where it has another shape."""
    try:
        start, end = _signed_data(token)
        for tag, _, inside, after in _members(token, start, end):
            if tag == _CERTIFICATES:
                found = sorted(token[one:last] for _, one, _, last in _members(token, inside, after))
                return token[:inside] + b"".join(found) + token[after:]
    except IndexError:
        pass  # the reader of the token says what is wrong with it
    return token


def _signed_data(token: bytes) -> tuple[int, int]:
    start, end = 0, len(token)
    for number in _PATH:
        _, _, start, end = list(_members(token, start, end))[number]
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
