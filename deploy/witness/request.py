"""The body of add-checkpoint: how the log grew (`events.proof.growth`)."""

from collections.abc import Sequence
from dataclasses import dataclass

from deploy.witness.errors import NotWitnessed
from events.proof.checkpoint import Checkpoint, parse_checkpoint
from events.proof.errors import ProofError
from events.proof.growth import parse_growth
from events.proof.notes import parse_note


@dataclass(frozen=True)
class Request:
    """One request: the size that the log believes to be the last witnessed, the proof from there, the signed note."""

    old: int
    proof: Sequence[bytes]
    note: bytes
    checkpoint: Checkpoint


def parse_request(body: bytes) -> Request:
    """Read a body; nothing in it is verified yet. Raises NotWitnessed `bad_request`."""
    try:
        growth = parse_growth(body)
        checkpoint = parse_checkpoint(parse_note(growth.note).text)
    except ProofError as error:
        raise NotWitnessed("bad_request", f"The request cannot be read: {error}") from error
    return Request(growth.old, growth.proof, growth.note, checkpoint)
