"""A log of a few records to be signed, and the same log rewritten."""

from __future__ import annotations

from dataclasses import dataclass

from events.checkpointing import Signer
from events.proof.tree import Edge, consistency_proof, leaf_hash

ORIGIN = "mentorledger/log/11111111-2222-4333-8444-555555555555"


@dataclass(frozen=True)
class Chain:
    """Records 0, 1, 2 ... of one history; `name` tells histories apart."""

    name: str = "as it was"

    def root(self, size: int) -> bytes:
        """The root of the first records."""
        return self.hash_of(0, size)

    def hash_of(self, first: int, last: int) -> bytes:
        """The root over a range of the records."""
        edge = Edge()
        for number in range(first, last):
            edge.append(leaf_hash(f"{self.name} {number}".encode()))
        return edge.root()

    def proof(self, old: int, size: int) -> list[bytes]:
        """That the first records are the beginning of more."""
        return consistency_proof(old, size, lambda level, index: self.hash_of(index << level, (index + 1) << level))

    def signed(self, signer: Signer, size: int, *, old: int | None = None, origin: str = ORIGIN) -> bytes:
        """Have a size signed, from what the signer remembers or from where it is said to be."""
        old = signer.state(origin).size if old is None else old
        return signer.sign(origin, old, self.proof(old, size) if old <= size else [], size, self.root(size))


TRUE, FORGED = Chain(), Chain("as somebody wants it")
