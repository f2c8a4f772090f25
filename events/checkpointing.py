"""Checkpoints of an organisation's log: what a signer with its own memory confirms of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


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
