"""That a stream is complete, its tail included: a tree over the last version and leaf of every stream.

The leaves are the heads of all streams in the order of their names' bytes; their root is a record of the log
(`log.streams_root`). Presence is an inclusion proof of the stream's head. Absence is one of the two neighbours between
which it would stand, next to each other; at an end of the order one neighbour does, and in an empty tree none.

What it rests on: whoever made the tree put the heads in order and left none out. Someone with all records recomputes
the root and sees it; someone with a part sees that everyone was given the same root.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from events.proof.errors import ProofError
from events.proof.tree import (
    EMPTY_ROOT,
    HASH_SIZE,
    Edge,
    check_inclusion,
    inclusion_proof,
    leaf_hash,
    node_hash,
    root,
)


@dataclass(frozen=True, slots=True)
class StreamHead:
    """The last version (from 1 on) of a stream and the leaf hash (32 bytes) of that record."""

    stream: str
    version: int
    leaf: bytes

    @property
    def data(self) -> bytes:
        """What is a leaf of the tree of streams."""
        return head_data(self.stream, self.version, self.leaf.hex())


def head_data(stream: str, version: int, leaf: str) -> bytes:
    """What is a leaf of the tree of streams, made of the leaf hash in hex."""
    return f"{stream}\n{version}\n{leaf}\n".encode()


@dataclass(frozen=True, slots=True)
class ProvedHead:
    """A head, its index among all heads, and its inclusion proof."""

    index: int
    head: StreamHead
    proof: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class StreamProof:
    """Of the `size` heads the stream's own one (it is there), or those beside its place (it is not)."""

    stream: str
    size: int
    heads: tuple[ProvedHead, ...]


class StreamTree:
    """The tree over all heads, kept in memory (about 100 bytes and a name each) to prove many streams from."""

    def __init__(self, heads: Iterable[StreamHead]) -> None:
        self._heads = list(_in_order(heads))
        self._names = [head.stream.encode() for head in self._heads]
        self._levels = [[leaf_hash(head.data) for head in self._heads]]
        while len(below := self._levels[-1]) > 1:
            pairs = zip(below[::2], below[1::2], strict=False)
            self._levels.append([node_hash(left, right) for left, right in pairs])

    @property
    def size(self) -> int:
        """How many streams there are."""
        return len(self._heads)

    def root(self) -> bytes:
        """The root over all heads."""
        return root(self.size, self._hash_at)

    def prove(self, stream: str) -> StreamProof:
        """The proof that the stream ends as it does, or that there is no such stream."""
        place = bisect_left(self._names, stream.encode())
        is_there = place < self.size and self._heads[place].stream == stream
        shown = [place] if is_there else [index for index in (place - 1, place) if 0 <= index < self.size]
        return StreamProof(stream, self.size, tuple(map(self._proved, shown)))

    def _proved(self, index: int) -> ProvedHead:
        proof = inclusion_proof(index, self.size, self._hash_at)
        return ProvedHead(index, self._heads[index], tuple(proof))

    def _hash_at(self, level: int, index: int) -> bytes:
        return self._levels[level][index]


def streams_root(heads: Iterable[StreamHead]) -> bytes:
    """The root over heads that come in the order of their names' bytes, in constant memory; ProofError bad_streams."""
    edge = Edge()
    for head in _in_order(heads):
        edge.append(leaf_hash(head.data))
    return edge.root()


def check_stream_proof(proof: StreamProof, stream: str, root: bytes) -> StreamHead | None:
    """The stream's head under the root, or None once it is proven that there is no such stream.

    ProofError bad_stream_proof (of another stream, or neighbours with room between them), bad_inclusion.
    """
    if proof.stream != stream:
        raise _bad(f"it is about {proof.stream[:80]}, not about {stream[:80]}")
    for shown in proof.heads:
        _check_head(shown.head)
        check_inclusion(leaf_hash(shown.head.data), shown.index, proof.size, shown.proof, root)
    if len(proof.heads) == 1 and proof.heads[0].head.stream == stream:
        return proof.heads[0].head
    _check_absence(proof, root)
    return None


def _check_absence(proof: StreamProof, root: bytes) -> None:
    """That the shown heads are the whole neighbourhood of the stream's place, and stand around it."""
    place = proof.stream.encode()
    before = [shown for shown in proof.heads if shown.head.stream.encode() < place]
    after = [shown for shown in proof.heads if shown.head.stream.encode() > place]
    if len(before) > 1 or len(after) > 1 or len(before) + len(after) != len(proof.heads):
        raise _bad("it must show the stream's own head, or the two beside its place")
    gap_start = before[0].index + 1 if before else 0
    gap_end = after[0].index if after else proof.size
    if gap_start != gap_end or (proof.size == 0 and root != EMPTY_ROOT):
        raise _bad(f"it leaves room for {proof.stream[:80]} between the heads that it shows")


def _in_order(heads: Iterable[StreamHead]) -> Iterator[StreamHead]:
    last: bytes | None = None
    for head in heads:
        _check_head(head)
        name = head.stream.encode()
        if last is not None and name <= last:
            raise ProofError("bad_streams", f"The stream {head.stream} is not behind the one before it in byte order.")
        last = name
        yield head


def _check_head(head: StreamHead) -> None:
    if not head.stream or "\n" in head.stream or head.version < 1 or len(head.leaf) != HASH_SIZE:
        raise ProofError("bad_streams", f"“{head.stream[:80]}” at version {head.version} is not the head of a stream.")


def _bad(why: str) -> ProofError:
    return ProofError("bad_stream_proof", f"The proof of a stream does not hold: {why}.")
