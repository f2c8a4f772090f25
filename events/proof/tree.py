"""The Merkle tree of RFC 9162 section 2.1 over SHA-256: roots, inclusion and consistency proofs.

A leaf is SHA-256(0x00 || record), a node SHA-256(0x01 || left || right); a tree of n > 1 leaves splits at the largest
power of two below n. All hashes are 32 bytes; indexes count from 0.

RFC 9162 defines consistency for 0 < old < new. Beyond that this module follows C2SP tlog-witness: from the empty tree
(old = 0, whose root must be EMPTY_ROOT) and from a tree to itself the proof is empty. Some libraries refuse old = 0.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from hashlib import sha256
from typing import TypeAlias

from events.proof.errors import ProofError

HASH_SIZE = 32
_BLOCK_LEVEL = 8
_BLOCK = 1 << _BLOCK_LEVEL
EMPTY_ROOT = sha256(b"").digest()

HashAt: TypeAlias = Callable[[int, int], bytes]
"""(level, index) -> root of the complete subtree of 2**level leaves number index of its level."""


def leaf_hash(record: bytes) -> bytes:
    """SHA-256(0x00 || record), the leaf hash of RFC 9162 section 2.1.1 (32 bytes)."""
    return sha256(b"\x00" + record).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """SHA-256(0x01 || left || right), the hash of an inner node (32 bytes)."""
    return sha256(b"\x01" + left + right).digest()


def complete_root(hashes: Sequence[bytes]) -> bytes:
    """The root over a power of two of hashes side by side, such as those of a full tile."""
    nodes = hashes
    while len(nodes) > 1:
        pairs = zip(nodes[::2], nodes[1::2], strict=True)
        nodes = [sha256(b"\x01" + left + right).digest() for left, right in pairs]
    return nodes[0]


def root(size: int, hash_at: HashAt) -> bytes:
    """The root of the first `size` leaves; EMPTY_ROOT of none."""
    return _range_root(0, size, hash_at) if size else EMPTY_ROOT


def inclusion_proof(index: int, size: int, hash_at: HashAt) -> list[bytes]:
    """The siblings from leaf `index` up to below the root of the first `size` leaves (section 2.1.3.1)."""
    if not 0 <= index < size:
        raise ProofError("bad_inclusion", f"Record {index} is not among the first {size} of the log.")
    path = []
    start, end = 0, size
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            path.append(_range_root(middle, end, hash_at))
            end = middle
        else:
            path.append(_range_root(start, middle, hash_at))
            start = middle
    return path[::-1]


def consistency_proof(old: int, new: int, hash_at: HashAt) -> list[bytes]:
    """The nodes that lead from the tree of `old` leaves to that of `new` (section 2.1.4.1); none if old is 0 or new."""
    if not 0 <= old <= new:
        raise ProofError("bad_consistency", f"A log of {new} records cannot grow out of one of {old}.")
    if old == 0:
        return []
    path = []
    start, end = 0, new
    while old < end:
        middle = start + _split(end - start)
        if old <= middle:
            path.append(_range_root(middle, end, hash_at))
            end = middle
        else:
            path.append(_range_root(start, middle, hash_at))
            start = middle
    # The old tree itself, which the checker knows, is left out; a part of it is not.
    if start:
        path.append(_range_root(start, end, hash_at))
    return path[::-1]


def root_of_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes]) -> bytes:
    """The root that a proof of leaf `index` of `size` leads to (section 2.1.3.2); ProofError bad_inclusion."""
    if not 0 <= index < size:
        raise ProofError("bad_inclusion", f"Record {index} cannot be in a log of {size} records.")
    if len(leaf) != HASH_SIZE:
        raise ProofError("bad_inclusion", f"The leaf hash of record {index} has {len(leaf)} bytes instead of 32.")
    last = size - 1
    inner = (index ^ last).bit_length()
    if len(proof) != inner + (index >> inner).bit_count():
        raise ProofError(
            "bad_inclusion",
            f"The proof of record {index} in a log of {size} records has {len(proof)} hashes: a wrong number.",
        )
    _check_hashes("bad_inclusion", proof)
    node = leaf
    # Below where the ways to this leaf and to the last one part, the index says the side; above, all siblings are left.
    for level, sibling in enumerate(proof):
        is_right = level >= inner or index >> level & 1
        node = node_hash(sibling, node) if is_right else node_hash(node, sibling)
    return node


def check_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> None:
    """That the leaf is number `index` of the `size` leaves under the root; ProofError bad_inclusion."""
    if root_of_inclusion(leaf, index, size, proof) != root:
        raise ProofError(
            "bad_inclusion",
            f"The proof does not lead from record {index} to the log's root: one of the two was changed.",
        )


def check_consistency(old: int, new: int, proof: Sequence[bytes], old_root: bytes, new_root: bytes) -> None:
    """That the tree of `new` leaves begins with that of `old` (section 2.1.4.2); ProofError bad_consistency."""
    if not 0 <= old <= new:
        raise ProofError("bad_consistency", f"A log of {new} records cannot grow out of one of {old}.")
    if old in (0, new):
        _check_nothing_to_prove(old, new, proof, old_root, new_root)
        return
    _check_hashes("bad_consistency", (old_root, new_root, *proof))
    # An old tree of a power of two is a node of the new one: the proof leaves it out.
    nodes = list(proof) if old & (old - 1) else [old_root, *proof]
    position, last = old - 1, new - 1
    while position & 1:
        position, last = position >> 1, last >> 1
    inner = (position ^ last).bit_length()
    if len(nodes) != 1 + inner + (position >> inner).bit_count():
        raise ProofError(
            "bad_consistency", f"The proof from {old} to {new} records has {len(proof)} hashes: a wrong number."
        )
    from_old = from_new = nodes[0]
    for level, sibling in enumerate(nodes[1:]):
        if level >= inner or position >> level & 1:
            from_old, from_new = node_hash(sibling, from_old), node_hash(sibling, from_new)
        else:
            from_new = node_hash(from_new, sibling)
    if from_old != old_root or from_new != new_root:
        raise ProofError(
            "bad_consistency",
            f"The log of {new} records does not begin with the {old} records that were signed before: "
            "history was changed, or the proof was.",
        )


class Edge:
    """The right edge of a growing tree: the roots of its complete subtrees, largest first. Constant memory.

    `nodes` are those of an earlier edge of `size` leaves; ProofError bad_edge where their number does not fit.
    """

    __slots__ = ("_nodes", "size")

    def __init__(self, size: int = 0, nodes: Iterable[bytes] = ()) -> None:
        self.size = size
        self._nodes = list(nodes)
        if size < 0 or len(self._nodes) != size.bit_count():
            raise ProofError("bad_edge", f"The edge of {size} records cannot have {len(self._nodes)} hashes.")
        _check_hashes("bad_edge", self._nodes)

    @property
    def nodes(self) -> tuple[bytes, ...]:
        """The roots of the complete subtrees, largest first: as many as `size` has binary ones."""
        return tuple(self._nodes)

    def append(self, leaf: bytes, level: int = 0) -> None:
        """Add a leaf hash (32 bytes, not looked at: this runs millions of times).

        Above level 0 it is the root of a complete subtree of 2**level leaves, of which `size` must be a multiple.
        """
        nodes, carry = self._nodes, self.size >> level
        if level and carry << level != self.size:
            raise ProofError("bad_edge", f"Behind {self.size} records no subtree of {1 << level} can begin.")
        while carry & 1:
            leaf = sha256(b"\x01" + nodes.pop() + leaf).digest()
            carry >>= 1
        nodes.append(leaf)
        self.size += 1 << level

    def extend(self, leaves: Sequence[bytes]) -> None:
        """Add many leaf hashes; where whole blocks of 256 come together, at half the cost of one by one."""
        at = 0
        while at < len(leaves):
            if self.size % _BLOCK == 0 and len(leaves) - at >= _BLOCK:
                self.append(complete_root(leaves[at : at + _BLOCK]), _BLOCK_LEVEL)
                at += _BLOCK
            else:
                self.append(leaves[at])
                at += 1

    def root(self) -> bytes:
        """The root of the leaves so far; EMPTY_ROOT of none."""
        return _joined(self._nodes) if self._nodes else EMPTY_ROOT


def _split(size: int) -> int:
    """The largest power of two below the size."""
    return 1 << (size - 1).bit_length() - 1


def _range_root(start: int, end: int, hash_at: HashAt) -> bytes:
    """The root over leaves [start, end), a subtree: start is a multiple of a power of two >= the length."""
    parts = []
    while start < end:
        level = (end - start).bit_length() - 1
        parts.append(hash_at(level, start >> level))
        start += 1 << level
    return _joined(parts)


def _joined(parts: Sequence[bytes]) -> bytes:
    """The root over complete subtrees of falling size."""
    node = parts[-1]
    for left in parts[-2::-1]:
        node = node_hash(left, node)
    return node


def _check_hashes(code: str, hashes: Iterable[bytes]) -> None:
    for value in hashes:
        if len(value) != HASH_SIZE:
            raise ProofError(code, f"A hash in the proof has {len(value)} bytes instead of 32.")


def _check_nothing_to_prove(old: int, new: int, proof: Sequence[bytes], old_root: bytes, new_root: bytes) -> None:
    if proof:
        raise ProofError(
            "bad_consistency", f"From {old} to {new} records there is nothing to prove, yet a proof was given."
        )
    if old == 0:
        _check_hashes("bad_consistency", (new_root,))
    if old_root != (EMPTY_ROOT if old == 0 else new_root) or (new == 0 and new_root != EMPTY_ROOT):
        raise ProofError("bad_consistency", f"The two roots of the log at {old} records differ: one was changed.")
