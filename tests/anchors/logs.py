"""A small log in memory, which can also be rewritten and signed again, as its operator could."""

from base64 import b64encode
from uuid import uuid4

from events.proof.checkpoint import Checkpoint, signed
from events.proof.notes import SigningKey, Verifier
from events.proof.tree import consistency_proof, leaf_hash, node_hash, root


class TestLog:
    """Records r0, r1, ... under a key of its own."""

    __test__ = False  # not for pytest, whatever its name

    def __init__(self) -> None:
        self.key = SigningKey.generate(f"mentorledger/test/{uuid4()}")
        self.records = [f"r{number}".encode() for number in range(400)]

    @property
    def origin(self) -> str:
        return self.key.name

    @property
    def verifier(self) -> Verifier:
        """The key by which others know the log."""
        return Verifier.of(self.key.vkey)

    def rewrite(self, number: int) -> None:
        """Change a record behind everybody's back."""
        self.records[number] += b" never happened"

    def note(self, size: int, *keys: SigningKey) -> bytes:
        """The signed checkpoint of the first `size` records, by its own key where none is given."""
        return signed(Checkpoint(self.origin, size, root(size, self._hash_at)), keys or (self.key,))

    def proof(self, old: int, size: int) -> list[bytes]:
        """The consistency proof between two sizes."""
        return consistency_proof(old, size, self._hash_at)

    def body(self, old: int, size: int) -> bytes:
        """The request that hands a checkpoint to a witness."""
        proof = [b64encode(one).decode() for one in self.proof(min(old, size), size)]
        return "\n".join((f"old {old}", *proof, "", "")).encode() + self.note(size)

    def _hash_at(self, level: int, index: int) -> bytes:
        if level == 0:
            return leaf_hash(self.records[index])
        return node_hash(self._hash_at(level - 1, 2 * index), self._hash_at(level - 1, 2 * index + 1))
