"""That a log grew out of an earlier one, in the form in which C2SP tlog-witness asks for a cosignature.

A line `old SIZE`, the hashes of the consistency proof from there in base64, a line each, an empty line, the checkpoint.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from events.proof.encoding import decode64, encode64, parse_number
from events.proof.errors import ProofError
from events.proof.tree import HASH_SIZE

MOST_HASHES = 63


@dataclass(frozen=True, slots=True)
class Growth:
    """The earlier size, the proof (RFC 9162, 2.1.4) from there, and the note of the later checkpoint."""

    old: int
    proof: Sequence[bytes]
    note: bytes

    def to_bytes(self) -> bytes:
        """The body of add-checkpoint."""
        lines = [f"old {self.old}", *map(encode64, self.proof), "", ""]
        return "\n".join(lines).encode() + self.note


def parse_growth(data: bytes) -> Growth:
    """Take one apart and believe nothing of it; ProofError `bad_growth`."""
    head, blank, note = data.partition(b"\n\n")
    if not head.isascii() or not blank:
        raise _bad("it begins with a line 'old SIZE', lines of proof and an empty line")
    first, *lines = head.decode().split("\n")
    old = parse_number(first.removeprefix("old ")) if first.startswith("old ") else None
    if old is None:
        raise _bad("its first line is not 'old' and a size")
    if len(lines) > MOST_HASHES:
        raise _bad(f"a proof has at most {MOST_HASHES} lines")
    proof = tuple(decode64(line) or b"" for line in lines)
    if any(len(one) != HASH_SIZE for one in proof):
        raise _bad("a line of the proof is no SHA-256 hash in base64")
    return Growth(old, proof, note)


def _bad(why: str) -> ProofError:
    return ProofError("bad_growth", f"This does not say how a log grew: {why}.")
