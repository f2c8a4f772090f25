"""Checkpoints of an organisation's log: what a signer with its own memory confirms of it.

The signer remembers the last tree head that it signed and signs nothing that does not continue it. A log that went
back behind that (a database restored from an older copy) or differs from it (history was changed) is halted: every
further record would fork what others hold a signature of.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from events.errors import LogHalted, SignerRefused
from events.proof.checkpoint import Checkpoint, open_checkpoint, origin_of
from events.proof.errors import ProofError
from events.proof.notes import Verifier
from events.proof.tree import consistency_proof, root
from events.treestore import StoredCheckpoint, TreeStore

ATTEMPTS = 5
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class SignerState:
    """What a signer remembers of one log: its verifier key, and the last size and root (32 bytes) that it signed.

    Before it signed anything size is 0 and root the hash of the empty tree.
    """

    vkey: str
    size: int
    root: bytes


class Signer(Protocol):
    """Signs tree heads that continue what it signed before, and nothing else.

    Every method raises SignerUnavailable when the signer cannot be asked, SignerRefused with a code when it says no.
    """

    def state(self, origin: str) -> SignerState:
        """What the signer remembers of a log; a log that it did not know gets its key now."""
        ...

    def sign(self, origin: str, old: int, proof: list[bytes], size: int, root: bytes) -> bytes:
        """The signed note (C2SP tlog-checkpoint) of a tree head; proof leads from the last signed size, old, to size.

        The last signed size and root again give the same note again.
        """
        ...


def checkpoint(store: TreeStore, signer: Signer, org: UUID) -> StoredCheckpoint | None:
    """Complete the tiles, have the log's present size signed and keep the note; None when that was done already.

    May be cut off anywhere and run again, and by several at once. Raises LogHalted once it had to halt the log,
    SignerUnavailable, and SignerRefused for what the signer refuses otherwise.
    """
    for _ in range(ATTEMPTS - 1):
        try:
            return _attempt(store, signer, org)
        except SignerRefused as refused:
            if refused.code not in _OVERTAKEN:
                raise
    return _attempt(store, signer, org)


def halt_if_gone_back(store: TreeStore, signer: Signer, org: UUID) -> bool:
    """Halt the log if it is shorter than what was signed of it, or nobody remembers what was; whether it is halted."""
    try:
        _, known, size = _looked(store, signer, org, store.origin_number(org))
    except LogHalted:
        return True
    if known.size <= size:
        return False
    _halt(store, org, gone_back(size, known.size))
    return True


def has_forgotten(known: SignerState, latest: StoredCheckpoint | None) -> bool:
    """Whether a signer remembers less than what the database holds its signature of; latest: read before known."""
    return latest is not None and latest.size > known.size


def gone_back(size: int, signed: int) -> str:
    """What is said to whoever writes into a log that is shorter than what was signed of it."""
    return (
        f"This log has {size:,} records, but {signed:,} of it were signed: it was restored from an older copy. It "
        "takes nothing until the missing records are back (from a replica or an export) or it is continued under a new "
        f"origin{ASK}"
    )


MEMORY_LOST = "memory_lost"
ASK = "; `mentorledger doctor` says how."
"""How every reason for a halt ends: whoever reads it tries to write; the doctor itself leaves it out."""
FORGOTTEN = (
    "The signer has forgotten what it signed of this log, and so cannot tell whether history was changed. It takes "
    f"nothing until the signer is told its last checkpoint{ASK}"
)
_CHANGED = (
    "The records of this log do not continue what was signed of it: history was changed. It takes nothing until the "
    f"records are as they were signed (from a replica or an export) or it is continued under a new origin{ASK}"
)
_OVERTAKEN = ("stale", "went_back")
"""Somebody else had a checkpoint signed between our two questions: look again, at both sides."""


def _attempt(store: TreeStore, signer: Signer, org: UUID) -> StoredCheckpoint | None:
    number = store.origin_number(org)
    origin = origin_of(org, number)
    latest, known, size = _looked(store, signer, org, number)
    if known.size > size:
        raise _halt(store, org, gone_back(size, known.size))
    if size == 0:
        return None
    if latest is not None and size == known.size == latest.size:
        if latest.root != known.root:
            raise _halt(store, org, _CHANGED)
        return None
    while store.complete_tiles(org):
        pass
    hash_at = store.hash_at(org, size)
    head = Checkpoint(origin, size, root(size, hash_at))
    try:
        note = signer.sign(origin, known.size, consistency_proof(known.size, size, hash_at), size, head.root)
    except SignerRefused as refused:
        if refused.code == "inconsistent":
            raise _halt(store, org, _CHANGED) from refused
        raise
    _check(note, head, known)
    return store.put_checkpoint(org, number, size, head.root, note)


def _looked(
    store: TreeStore, signer: Signer, org: UUID, number: int
) -> tuple[StoredCheckpoint | None, SignerState, int]:
    """The newest checkpoint that is stored, what the signer remembers, the log's size; LogHalted where it forgot.

    In this order: what is stored was remembered before, and what was signed was committed before. So a memory that is
    behind the stored one was lost, and a log that is shorter than the memory did go back.
    """
    latest = store.latest(org, number)
    try:
        known = signer.state(origin_of(org, number))
    except SignerRefused as refused:
        if refused.code == MEMORY_LOST:
            raise _halt(store, org, FORGOTTEN) from refused
        raise
    if has_forgotten(known, latest):
        raise _halt(store, org, FORGOTTEN)
    return latest, known, store.size(org)


def _check(note: bytes, head: Checkpoint, known: SignerState) -> None:
    try:
        found = open_checkpoint(note, [Verifier.of(known.vkey)])
    except ProofError as error:
        raise SignerRefused(f"The signer's note cannot be used: {error.message}", "bad_note") from error
    if found != head:
        raise SignerRefused("The signer's note is of another tree head than it was asked for.", "bad_note")


def _halt(store: TreeStore, org: UUID, why: str) -> LogHalted:
    if store.halted(org) is None:
        # Once, and without the reason: that is in the database, and goes up to whoever asked.
        _log.error("The log %s is halted; `mentorledger doctor` says why.", org)
    store.halt(org, why)
    return LogHalted(why)
