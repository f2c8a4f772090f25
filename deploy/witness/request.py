"""The body of add-checkpoint: a line `old SIZE`, up to 63 lines of proof, an empty line, the checkpoint."""

import binascii
import re
from base64 import b64decode
from dataclasses import dataclass

from deploy.witness.errors import NotWitnessed
from events.proof.checkpoint import Checkpoint, parse_checkpoint
from events.proof.errors import ProofError
from events.proof.notes import parse_note

MOST_HASHES = 63
_OLD = re.compile(r"old (0|[1-9][0-9]{0,18})", re.ASCII)


@dataclass(frozen=True)
class Request:
    """One request: the size that the log believes to be the last witnessed, the proof from there, the signed note."""

    old: int
    proof: tuple[bytes, ...]
    note: bytes
    checkpoint: Checkpoint


def parse_request(body: bytes) -> Request:
    """Read a body; nothing in it is verified yet. Raises NotWitnessed `bad_request`."""
    head, blank, note = body.partition(b"\n\n")
    try:
        first, *hashes = head.decode("ascii").split("\n")
    except UnicodeDecodeError as error:
        raise _bad("the lines before the empty line are not ASCII") from error
    old = _OLD.fullmatch(first)
    if old is None or not blank:
        raise _bad("it begins with a line 'old SIZE', lines of proof and an empty line")
    if len(hashes) > MOST_HASHES:
        raise _bad(f"a proof has at most {MOST_HASHES} lines")
    try:
        checkpoint = parse_checkpoint(parse_note(note).text)
    except ProofError as error:
        raise _bad(str(error)) from error
    return Request(int(old[1]), tuple(map(_hash, hashes)), note, checkpoint)


def _hash(line: str) -> bytes:
    try:
        found = b64decode(line, validate=True)
    except binascii.Error as error:
        raise _bad("a line of the proof is not base64") from error
    if len(found) != 32:
        raise _bad("a line of the proof is no SHA-256 hash")
    return found


def _bad(why: str) -> NotWitnessed:
    return NotWitnessed("bad_request", f"The request cannot be read: {why}.")
