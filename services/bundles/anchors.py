"""The anchors of a bundle as it is written: `anchors/<size of the installation's log>/` for each head vouched for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import Protocol
from uuid import UUID

from events.proof.growth import Growth
from events.proof.tree import HashAt, consistency_proof
from services.anchors.evidence import Evidence
from services.anchors.files import TOKENS
from services.bundles.layout import CONSISTENCY, Anchor, anchor_name

Chunks = Callable[[], Iterable[bytes]]


class AnchorSource(Protocol):
    """What a bundle takes its anchors from (`services.anchors.evidence.Vouchers`)."""

    def under(self, org: UUID, origin: str, size: int) -> Sequence[Evidence]:
        """The evidence for a log up to a size."""


class Unanchored:
    """Of a log for which nobody outside vouches."""

    def under(self, org: UUID, origin: str, size: int) -> Sequence[Evidence]:
        """Nothing."""
        return ()


UNANCHORED = Unanchored()


def claimed_anchors(found: Sequence[Evidence]) -> tuple[Anchor, ...]:
    """What the manifest says of them."""
    return tuple(Anchor(above=one.above, tokens=tuple(name for name in TOKENS if name in one.files)) for one in found)


def anchor_parts(found: Sequence[Evidence], size: int, note: bytes, hash_at: HashAt) -> Iterator[tuple[str, Chunks]]:
    """The files by name; size, note: of the bundle's own checkpoint, up to which the log grew from those anchored."""
    for one in found:
        for name, content in one.files.items():
            yield anchor_name(one.above, name), partial(_itself, content)
        if one.size < size:
            yield anchor_name(one.above, CONSISTENCY), partial(_growth, one.size, size, note, hash_at)


def _growth(old: int, size: int, note: bytes, hash_at: HashAt) -> list[bytes]:
    return [Growth(old, consistency_proof(old, size, hash_at), note).to_bytes()]


def _itself(content: bytes) -> list[bytes]:
    return [content]
