"""The signed head of a log (C2SP tlog-checkpoint): a note of its origin, its size and its root.

Extension lines are kept, for a witness must cosign foreign checkpoints as they are; our own have none.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from events.proof.encoding import decode64, encode64, parse_number
from events.proof.errors import ProofError
from events.proof.notes import ED25519, SigningKey, Verifier, open_note, write_note
from events.proof.tree import EMPTY_ROOT, HASH_SIZE


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """That the log of this origin has `size` records under this root (32 bytes)."""

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The note's text, with its last line feed."""
        return "".join(f"{line}\n" for line in (self.origin, self.size, encode64(self.root), *self.extensions))


def origin_of(org: UUID, number: int = 1) -> str:
    """The origin of an organisation's log, and the name of the key that signs it.

    number: above 1 for a log that was continued after it had lost signed records (`mentorledger/log/<uuid>/2`).
    """
    return f"mentorledger/log/{org}" if number == 1 else f"mentorledger/log/{org}/{number}"


def number_of(origin: str) -> int:
    """Which of a log's origins `origin_of` has named so."""
    _, _, number = origin.removeprefix("mentorledger/log/").partition("/")
    return int(number or 1)


def parse_checkpoint(text: str) -> Checkpoint:
    """The checkpoint of a note's text in its one spelling; ProofError bad_checkpoint says what is wrong."""
    if not text.endswith("\n"):
        raise _bad("it does not end in a line feed")
    lines = text[:-1].split("\n")
    if len(lines) < 3 or not all(lines):
        raise _bad("it must have an origin, a size and a root, a line each and none empty")
    origin, size, root, *extensions = lines
    number = parse_number(size)
    if number is None:
        raise _bad(f"its size “{size[:40]}” is not a whole number up to 2^63-1 without leading zeroes")
    found = decode64(root)
    if found is None or len(found) != HASH_SIZE:
        raise _bad("its root is not 32 bytes in base64")
    if number == 0 and found != EMPTY_ROOT:
        raise _bad("its size is 0, but its root is not that of the empty log")
    return Checkpoint(origin, number, found, tuple(extensions))


def open_checkpoint(note: bytes, verifiers: Iterable[Verifier]) -> Checkpoint:
    """The checkpoint of a signed note, once the key of its own log signed it: a witness alone does not do.

    ProofError: those of open_note, bad_checkpoint, and wrong_origin where the signing key is of another log.
    """
    known = tuple(verifiers)
    opened = open_note(note, known)
    checkpoint = parse_checkpoint(opened.text)
    log_keys = {(key.name, key.key_id) for key in known if key.kind == ED25519 and key.name == checkpoint.origin}
    if not any((signature.name, signature.key_id) in log_keys for signature in opened.verified):
        raise ProofError(
            "wrong_origin",
            f"The checkpoint is of the log {checkpoint.origin[:120]}, and no given key of that log signed it. "
            "Give that log's key, or the checkpoint of the key's log.",
            origin=checkpoint.origin,
        )
    return checkpoint


def signed(checkpoint: Checkpoint, keys: Iterable[SigningKey]) -> bytes:
    """The note of a checkpoint with a signature by each key; ProofError bad_checkpoint for what nobody could open."""
    text = checkpoint.text
    parse_checkpoint(text)
    return write_note(text, [key.sign(text) for key in keys])


def _bad(why: str) -> ProofError:
    return ProofError("bad_checkpoint", f"This is not a checkpoint: {why}.")
