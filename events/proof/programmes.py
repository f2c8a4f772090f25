"""That a programme is complete: beside the tree over all streams, one over all programmes with the streams of each.

A stream belongs to every programme that one of its records names, so that what was carried from one programme to
another is part of both records. A leaf of the tree is a programme's id, how many streams it has and the root of a tree
(RFC 9162) over their names, in the order of their bytes: whoever shows one leaf shows all streams of the programme,
and of other programmes nothing. In form it is the head of a stream, and is proven as one (`events.proof.streams`).

What it rests on: as with the tree over streams, whoever made it named each programme once, with all its streams.
Someone with all records recomputes the root and sees it.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import TypeAlias

from events.proof.errors import ProofError
from events.proof.streams import ProvedHead, StreamHead, StreamProof, StreamTree, check_stream_proof, streams_root
from events.proof.tree import EMPTY_ROOT, Edge, leaf_hash

PROGRAMME = "programme"
WITHIN = ("enrolment", "relationship")
"""The kinds of streams whose records name the programme that they belong to, as `programme_id` of their data."""

Membership: TypeAlias = tuple[str, str]
"""A programme's id and one of its streams."""


@dataclass(frozen=True, slots=True)
class ProgrammeProof:
    """All streams of a programme, and the inclusion proof of its leaf: number `index` of `size` programmes."""

    programme: str
    streams: tuple[str, ...]
    index: int
    size: int
    proof: tuple[bytes, ...]


class Memberships:
    """Follows records in the order of the log: which stream names which programme, and since when."""

    def __init__(self) -> None:
        self._since: dict[Membership, int] = {}
        self._positions: list[int] = []
        self._root = (0, EMPTY_ROOT)

    def take(self, position: int, stream: str, data: object) -> None:
        """Follow one record, by its stream and its data."""
        programme = programme_of(stream, data)
        if programme is not None and (programme, stream) not in self._since:
            self._since[programme, stream] = position
            self._positions.append(position)

    def at(self, size: int) -> list[Membership]:
        """What the first `size` records of the log name, in the order of the tree."""
        # By code points, which is the order of the bytes in UTF-8.
        return sorted(one for one, position in self._since.items() if position < size)

    def root(self, size: int) -> bytes:
        """The root over what these records name; made anew only where there is more than when it was asked last."""
        number = bisect_left(self._positions, size)
        if number != self._root[0]:
            self._root = (number, programmes_root(self.at(size)))
        return self._root[1]


def programme_of(stream: str, data: object) -> str | None:
    """The programme that a record makes its stream belong to: of a programme's own stream that programme itself."""
    kind, _, own = stream.partition("-")
    named: object = own if kind == PROGRAMME else None
    if kind in WITHIN and isinstance(data, dict):
        named = data.get("programme_id")
    return named if isinstance(named, str) and named and "\n" not in named + stream else None


def programme_head(programme: str, streams: Iterable[str]) -> StreamHead:
    """The leaf of a programme with streams in the order of their names' bytes; ProofError bad_programmes."""
    edge, leaves, last = Edge(), list[bytes](), b""
    for stream in streams:
        name = stream.encode()
        if name <= last or b"\n" in name:
            raise ProofError("bad_programmes", f"The stream {stream[:80]} is not behind the one before it.")
        leaves.append(leaf_hash(name + b"\n"))
        last = name
    edge.extend(leaves)
    return StreamHead(programme, edge.size, edge.root())


def programmes_root(memberships: Iterable[Membership]) -> bytes:
    """The root over all programmes, whose memberships come in byte order; ProofError bad_programmes, bad_streams."""
    return streams_root(head for head, _ in _programmes(memberships))


def prove_programme(memberships: Iterable[Membership], programme: str) -> ProgrammeProof:
    """The proof of all streams of a programme; ProofError unknown_programme, and as `programmes_root`."""
    heads: list[StreamHead] = []
    streams: tuple[str, ...] = ()
    for head, names in _programmes(memberships):
        heads.append(head)
        streams = names if head.stream == programme else streams
    if not streams:
        raise ProofError("unknown_programme", f"No stream belongs to the programme {programme[:80]}.")
    (shown,) = StreamTree(heads).prove(programme).heads
    return ProgrammeProof(programme, streams, shown.index, len(heads), shown.proof)


def check_programme_proof(proof: ProgrammeProof, programme: str, root: bytes) -> None:
    """That the streams shown are all of the programme under the root; ProofError bad_programme_proof, bad_inclusion."""
    if proof.programme != programme or not proof.streams:
        sentence = f"It shows no stream of the programme {programme[:80]}, which it must be about."
        raise ProofError("bad_programme_proof", sentence)
    try:
        head = programme_head(programme, proof.streams)
    except ProofError as error:
        raise ProofError("bad_programme_proof", str(error)) from error
    shown = ProvedHead(proof.index, head, proof.proof)
    check_stream_proof(StreamProof(programme, proof.size, (shown,)), programme, root)


def _programmes(memberships: Iterable[Membership]) -> Iterator[tuple[StreamHead, tuple[str, ...]]]:
    for programme, group in groupby(memberships, key=itemgetter(0)):
        streams = tuple(stream for _, stream in group)
        yield programme_head(programme, streams), streams
