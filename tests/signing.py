"""A signer with a memory, as the real one: what it signed last of each log, in this process or in a file."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path
from threading import Lock

from events.checkpointing import SignerState
from events.errors import SignerRefused
from events.proof.checkpoint import Checkpoint, signed
from events.proof.errors import ProofError
from events.proof.notes import SigningKey, Verifier
from events.proof.tree import EMPTY_ROOT, check_consistency


@dataclass
class Memory:
    """Of one log."""

    size: int = 0
    root: str = EMPTY_ROOT.hex()


class MemorySigner:
    """Its keys follow from the origin, so that two of them on one file are the same signer.

    `notes` are those that it gave, by origin and size; a second, different one of the same size fails the test.
    """

    def __init__(self, file: Path | None = None) -> None:
        self._file = file
        self._lock = Lock()
        self._memories: dict[str, Memory] = {}
        self.notes: dict[tuple[str, int], bytes] = {}
        self.asked = 0

    @staticmethod
    def key(origin: str) -> SigningKey:
        """The key of a log."""
        return SigningKey.of(origin, sha256(origin.encode()).digest())

    def verifier(self, origin: str) -> Verifier:
        """What checks the log's notes."""
        return Verifier.of(self.key(origin).vkey)

    def state(self, origin: str) -> SignerState:
        memory = self._read().get(origin, Memory())
        return SignerState(vkey=self.key(origin).vkey, size=memory.size, root=bytes.fromhex(memory.root))

    def sign(self, origin: str, old: int, proof: list[bytes], size: int, root: bytes) -> bytes:
        with self._lock:
            self.asked += 1
            known = self.state(origin)
            if size < known.size:
                raise SignerRefused("It went back.", "went_back", size=known.size)
            if old != known.size:
                raise SignerRefused("It is stale.", "stale", size=known.size)
            try:
                check_consistency(old, size, proof, known.root, root)
            except ProofError as error:
                raise SignerRefused(error.message, "inconsistent") from error
            self._write(self._read() | {origin: Memory(size, root.hex())})
            note = signed(Checkpoint(origin, size, root), [self.key(origin)])
            assert note == self.notes.setdefault((origin, size), note)
            return note

    def forget(self, origin: str) -> None:
        """Lose the memory of a log."""
        self._write({name: memory for name, memory in self._read().items() if name != origin})

    def _read(self) -> dict[str, Memory]:
        if self._file is None or not self._file.exists():
            return self._memories
        return {name: Memory(**kept) for name, kept in json.loads(self._file.read_text()).items()}

    def _write(self, memories: dict[str, Memory]) -> None:
        self._memories = memories
        if self._file is not None:
            fresh = self._file.with_suffix(".new")
            fresh.write_text(json.dumps({name: asdict(memory) for name, memory in memories.items()}))
            fresh.replace(self._file)
