"""What a member keeps of one record: that it is in the log, checked without the log (C2SP tlog-proof@v1)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from events.proof.checkpoint import Checkpoint, open_checkpoint
from events.proof.encoding import decode64, encode64, parse_number
from events.proof.errors import ProofError
from events.proof.notes import Verifier, parse_note
from events.proof.tree import HASH_SIZE, check_inclusion, leaf_hash

_FIRST_LINE = "c2sp.org/tlog-proof@v1"
_LONGEST_PROOF = 63
_MAX_HEAD = 100_000


@dataclass(frozen=True, slots=True)
class Receipt:
    """That record `index` is under the root of a checkpoint's note; nobody vouches for what is in `extra`."""

    index: int
    proof: Sequence[bytes]
    checkpoint: bytes
    extra: bytes | None = None

    def to_bytes(self) -> bytes:
        """The `.tlog-proof` file."""
        lines = [_FIRST_LINE, f"index {self.index}", *map(encode64, self.proof)]
        if self.extra:
            lines.insert(1, f"extra {encode64(self.extra)}")
        return "".join(f"{line}\n" for line in lines).encode() + b"\n" + self.checkpoint

    def check(self, record: bytes, verifiers: Iterable[Verifier]) -> Checkpoint:
        """The checkpoint under which the record stands; ProofError: those of open_checkpoint, bad_inclusion."""
        checkpoint = open_checkpoint(self.checkpoint, verifiers)
        check_inclusion(leaf_hash(record), self.index, checkpoint.size, self.proof, checkpoint.root)
        return checkpoint


def parse_receipt(data: bytes) -> Receipt:
    """Take a receipt apart and believe nothing of it; ProofError bad_receipt, or bad_note of its checkpoint."""
    head, gap, checkpoint = data.partition(b"\n\n")
    if not gap or len(head) > _MAX_HEAD or not head.isascii():
        raise _bad("it must be lines of text, an empty line and a checkpoint")
    lines = head.decode().split("\n")
    if lines.pop(0) != _FIRST_LINE:
        raise _bad(f"its first line is not {_FIRST_LINE}")
    extra = _after("extra ", lines)
    index = parse_number(_after("index ", lines) or "")
    if index is None:
        raise _bad("it does not give the record's index as `index` and a whole number without leading zeroes")
    content = decode64(extra) if extra is not None else None
    if extra is not None and not content:
        raise _bad("its extra data is not base64")
    parse_note(checkpoint)
    return Receipt(index, _hashes(lines), checkpoint, content)


def _after(prefix: str, lines: list[str]) -> str | None:
    """What follows the prefix in the next line, which is then taken; None when it begins otherwise."""
    return lines.pop(0).removeprefix(prefix) if lines and lines[0].startswith(prefix) else None


def _hashes(lines: list[str]) -> tuple[bytes, ...]:
    if len(lines) > _LONGEST_PROOF:
        raise _bad(f"it has {len(lines)} hashes; no log is so large that it needs more than {_LONGEST_PROOF}")
    hashes = tuple(decode64(line) or b"" for line in lines)
    if any(len(value) != HASH_SIZE for value in hashes):
        raise _bad("a line of its proof is not a hash of 32 bytes in base64")
    return hashes


def _bad(why: str) -> ProofError:
    return ProofError("bad_receipt", f"This is not a receipt: {why}.")
