"""What the signer signs: a tree head that continues the one that it signed last, and nothing else."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Lock
from typing import NoReturn

from deploy.signing.folder import SignerFolder, StoredKey, StoredKeys, StoredMemory, unusable
from events.checkpointing import MEMORY_LOST, SignerState
from events.errors import SignerRefused
from events.proof.checkpoint import Checkpoint, open_checkpoint, signed
from events.proof.errors import ProofError
from events.proof.notes import SigningKey, Verifier
from events.proof.tree import EMPTY_ROOT, check_consistency
from workers.signing import ActiveKey, RetiredKey, Rotation

LARGEST_SIZE = 2**63 - 1
LONGEST_PROOF = 63
DAY = 86_400
LONGEST_OVERLAP = 366


@dataclass(frozen=True)
class Log:
    """What the files say of one log; the keys are the stored ones, the newest first."""

    stored: StoredKeys
    memory: StoredMemory
    keys: list[SigningKey]


@dataclass(frozen=True)
class Desk:
    """The signer itself, over a folder that is locked for it; safe to ask from several threads.

    Nothing of a log is kept between two requests: the files are what it knows. `clock` gives Unix seconds.
    """

    folder: SignerFolder
    clock: Callable[[], float] = time.time
    _locks: defaultdict[str, Lock] = field(default_factory=lambda: defaultdict(Lock))
    _guard: Lock = field(default_factory=Lock)

    def check(self) -> None:
        """Answer: whoever has the folder is there."""

    def state(self, origin: str) -> SignerState:
        """What was signed last of a log; one that is new here gets its key now."""
        with self._opened(origin) as log:
            return SignerState(vkey=log.keys[0].vkey, size=log.memory.size, root=log.memory.root)

    def sign(self, origin: str, old: int, proof: list[bytes], size: int, root: bytes) -> bytes:
        """Sign a tree head, remember it, and only then give the note out.

        What was signed last gets the same note again; once after a rotation, one that the new key signed too.
        Raises SignerRefused: bad_request, stale, went_back, inconsistent, memory_unusable.
        """
        _require_sane(old, proof, size, root)
        with self._opened(origin) as log:
            memory, head = log.memory, Checkpoint(origin, size, root)
            if (size, root) != (memory.size, memory.root):
                _require_continued(memory, old, proof, size, root)
            elif memory.note is not None and log.keys[0].sign(head.text) in memory.note:
                return memory.note.encode()
            note = signed(head, log.keys)
            self.folder.keep(StoredMemory(origin, size, root, note.decode()))
            self._retire(log.stored, size)
            return note

    def keys(self, origin: str) -> tuple[ActiveKey, ...]:
        """The keys that sign for a log now, the newest first; told also where it is not known what they signed."""
        with self._files(origin) as (stored, _):
            return tuple(ActiveKey(key.vkey, one.signs_until) for key, one in _signing(stored))

    def retired(self, origin: str) -> tuple[RetiredKey, ...]:
        """The keys that signed for a log before, the first one first."""
        with self._files(origin) as (stored, _):
            return stored.retired

    def remember(self, origin: str, note: bytes | None) -> SignerState:
        """Learn again what was signed last: what a note says that a key of the log has signed; None: nothing was.

        Raises SignerRefused: bad_note, went_back for less than what is remembered, memory_unusable.
        """
        with self._files(origin) as (stored, memory):
            keys = [key for key, _ in _signing(stored)]
            fresh = StoredMemory(origin, 0, EMPTY_ROOT) if note is None else _remembered(origin, note, keys)
            if memory is None or memory.size < fresh.size:
                self.folder.keep(fresh)
            elif (memory.size, memory.root) != (fresh.size, fresh.root):
                message = f"The signer remembers a checkpoint of {memory.size} records, and forgets nothing for one of "
                raise SignerRefused(f"{message}{fresh.size}.", "went_back", size=memory.size)
            return SignerState(vkey=keys[0].vkey, size=fresh.size, root=fresh.root)

    def rotate(self, origin: str, days: int) -> Rotation:
        """Make a new key, which signs beside the old one for `days`; while both sign, the same rotation again.

        Raises SignerRefused `bad_request` for fewer days than 1 or more than 366.
        """
        if not 1 <= days <= LONGEST_OVERLAP:
            raise SignerRefused(f"Both keys sign for 1 to {LONGEST_OVERLAP} days, not for {days}.", "bad_request")
        with self._opened(origin) as log:
            newest, *older = log.stored.keys
            begun = not older
            if begun:
                older = [StoredKey(newest.seed, int(self.clock()) + days * DAY)]
                newest = StoredKey(SigningKey.generate(origin).seed)
                self.folder.keep(StoredKeys(origin, (newest, *older), log.stored.retired))
            new, old = (SigningKey.of(origin, key.seed) for key in (newest, *older))
            until = older[0].signs_until or 0
            return Rotation(old_vkey=old.vkey, new_vkey=new.vkey, old_signs_until=until, begun=begun)

    def _retire(self, stored: StoredKeys, size: int) -> None:
        # After a signature and not before: the first note after a rotation has both, however late it comes.
        now = self.clock()
        left = tuple(key for key in stored.keys if key.signs_until is None or key.signs_until > now)
        if left != stored.keys:
            gone = [SigningKey.of(stored.origin, key.seed).vkey for key in stored.keys if key not in left]
            retired = (*stored.retired, *(RetiredKey(vkey, size) for vkey in gone))
            self.folder.keep(StoredKeys(stored.origin, left, retired))

    @contextmanager
    def _opened(self, origin: str) -> Iterator[Log]:
        """A log's files, with a memory that fits to the keys."""
        with self._files(origin) as (keys, memory):
            if memory is None:
                raise SignerRefused(
                    f"The memory of {origin} is gone, its key is there: it cannot be known what was signed. Tell the "
                    "signer the last checkpoint, `mentorledger key remember`; `mentorledger doctor` says which one.",
                    MEMORY_LOST,
                )
            yield _sound(keys, memory)

    @contextmanager
    def _files(self, origin: str) -> Iterator[tuple[StoredKeys, StoredMemory | None]]:
        """A log's files, for one request at a time; made for a log that is new here. No memory: it was lost."""
        with self._guard:
            lock = self._locks[origin]
        with lock:
            keys, memory = self.folder.keys(origin), self.folder.memory(origin)
            yield self._begin(origin, memory) if keys is None else (keys, memory)

    def _begin(self, origin: str, memory: StoredMemory | None) -> tuple[StoredKeys, StoredMemory]:
        if memory is None:
            memory = StoredMemory(origin, 0, EMPTY_ROOT)
            self.folder.keep(memory)
        elif memory.note is not None:
            raise unusable(
                f"The key of {origin} is gone, and it has signed. Bring the .key file back from a copy of the folder."
            )
        keys = StoredKeys(origin, (StoredKey(SigningKey.generate(origin).seed),))
        self.folder.keep(keys)
        return keys, memory


def _require_sane(old: int, proof: list[bytes], size: int, root: bytes) -> None:
    if not (0 <= old <= LARGEST_SIZE and 0 <= size <= LARGEST_SIZE):
        raise SignerRefused("A size is a whole number from 0 to 2^63-1.", "bad_request")
    if len(proof) > LONGEST_PROOF or any(len(one) != 32 for one in (*proof, root)):
        raise SignerRefused(f"A root has 32 bytes, a proof up to {LONGEST_PROOF} hashes of 32 bytes.", "bad_request")


def _require_continued(memory: StoredMemory, old: int, proof: list[bytes], size: int, root: bytes) -> None:
    """Refuse a head that does not continue the one in memory. Whoever just comes late is told stale, not went_back."""
    if size == memory.size and root != memory.root:
        _refuse_other(memory)
    if old != memory.size:
        message = f"The last signed size is {memory.size}, not {old}. Ask for the state again and go on from there."
        raise SignerRefused(message, "stale", size=memory.size)
    if size < old:
        message = f"{old} records were signed, now there are {size}: this log went back behind what was published."
        raise SignerRefused(message, "went_back", size=memory.size)
    try:
        check_consistency(old, size, proof, memory.root, root)
    except ProofError as error:
        _refuse_other(memory, error)


def _refuse_other(memory: StoredMemory, cause: Exception | None = None) -> NoReturn:
    raise SignerRefused(
        f"This is not the log whose first {memory.size} records were signed: they were changed since, or the proof "
        "is wrong.",
        "inconsistent",
    ) from cause


def _sound(stored: StoredKeys, memory: StoredMemory) -> Log:
    """Take the files at their word only if the memory is what these keys signed, and nobody's writing by hand."""
    try:
        keys = [SigningKey.of(stored.origin, key.seed) for key in stored.keys]
        if memory.note is None:
            said = Checkpoint(stored.origin, 0, EMPTY_ROOT)
        else:
            said = open_checkpoint(memory.note.encode(), [Verifier.of(key.vkey) for key in keys])
    except ProofError as error:
        raise _strange(memory) from error
    if not keys or said != Checkpoint(memory.origin, memory.size, memory.root):
        raise _strange(memory)
    return Log(stored, memory, keys)


def _signing(stored: StoredKeys) -> list[tuple[SigningKey, StoredKey]]:
    return [(SigningKey.of(stored.origin, key.seed), key) for key in stored.keys]


def _remembered(origin: str, note: bytes, keys: list[SigningKey]) -> StoredMemory:
    try:
        said = open_checkpoint(note, [Verifier.of(key.vkey) for key in keys])
    except ProofError as error:
        raise SignerRefused(
            f"No key of {origin} has signed this as a checkpoint: {error.message}", "bad_note"
        ) from error
    return StoredMemory(origin, said.size, said.root, note.decode())


def _strange(memory: StoredMemory) -> SignerRefused:
    return unusable(
        f"The memory of {memory.origin} does not say what its keys have signed. Bring its .memory and .key files back "
        "from the newest copy of the signer's folder."
    )
