"""The client of C2SP tlog-witness: has a checkpoint cosigned by a party that saw the log's earlier ones."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from events.proof.checkpoint import parse_checkpoint
from events.proof.errors import ProofError
from events.proof.growth import Growth
from events.proof.notes import Verifier, open_note, parse_note
from workers.anchors.errors import AnchorError, AnchorRefused, AnchorUntrue, HistoryDisputed
from workers.anchors.http import SECONDS, Answer, post

ProofFrom = Callable[[int], Sequence[bytes]]
"""The consistency proof from an earlier size to the checkpoint's; empty from 0 and from the same size."""
_SIZE = re.compile(rb"(0|[1-9][0-9]{0,18})\n?")
_KIND = "text/plain; charset=utf-8"


@dataclass(frozen=True)
class WitnessAddress:
    """Where a witness is (submission prefix) and the key that it must sign with, from outside."""

    url: str
    verifier: Verifier

    @classmethod
    def of(cls, text: str) -> WitnessAddress:
        """Read `https://host/prefix#VKEY`; the part behind # is never sent. Raises ValueError."""
        url, mark, vkey = text.partition("#")
        parts = urlsplit(url)
        if not mark or parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError("a witness is written https://host/prefix#VKEY")
        try:
            verifier = Verifier.of(vkey)
        except ProofError as error:
            raise ValueError(f"the key of the witness at {parts.hostname} cannot be read: {error}") from error
        return cls(url.rstrip("/"), verifier)


def cosign(witness: WitnessAddress, note: bytes, believed: int, proof_from: ProofFrom, seconds: float = SECONDS) -> str:
    """Return the witness's signature line for a signed checkpoint, verified.

    believed: size of the last checkpoint that this witness is known to have cosigned, 0 if none; a witness that
    remembers another one is asked again from there. Raises AnchorError: AnchorUnavailable, AnchorRefused,
    AnchorUntrue, HistoryDisputed.
    """
    checkpoint = parse_checkpoint(parse_note(note).text)
    old = min(believed, checkpoint.size)
    answer = _submitted(witness, old, proof_from(old), note, seconds)
    if answer.status == 409:
        known = _known_size(witness, answer)
        if known > checkpoint.size:
            raise HistoryDisputed(
                f"The witness {witness.verifier.name} has seen this log with {known} records; it has "
                f"{checkpoint.size} now. A backup was restored, or records were removed."
            )
        if known == old:
            raise _disputed(witness, old)
        old = known
        answer = _submitted(witness, old, proof_from(old), note, seconds)
    if answer.status == 200:
        return _verified(witness, note, answer.body)
    raise _refused(witness, old, answer)


def _submitted(witness: WitnessAddress, old: int, proof: Sequence[bytes], note: bytes, seconds: float) -> Answer:
    return post(f"{witness.url}/add-checkpoint", Growth(old, proof, note).to_bytes(), _KIND, seconds)


def _known_size(witness: WitnessAddress, answer: Answer) -> int:
    found = _SIZE.fullmatch(answer.body)
    if found is None or answer.kind != "text/x.tlog.size":
        raise AnchorUntrue(f"The witness {witness.verifier.name} says that it knows another size, but not which.")
    return int(found[1])


def _verified(witness: WitnessAddress, note: bytes, answer: bytes) -> str:
    """The line by the witness's own key; whatever else it sent is left out."""
    name = witness.verifier.name
    try:
        text = parse_note(note).text
        lines = answer.decode("utf-8").splitlines(keepends=True)
        for line in lines:
            if line.startswith(f"— {name} ") and _is_valid(f"{text}\n{line}".encode(), witness.verifier):
                return line
    except UnicodeDecodeError as error:
        raise AnchorUntrue(f"The witness {name} answered with something that is no signature.") from error
    raise AnchorUntrue(f"The answer of the witness {name} holds no signature by its key over this checkpoint.")


def _is_valid(note: bytes, verifier: Verifier) -> bool:
    try:
        open_note(note, [verifier])
    except ProofError:
        return False
    return True


def _refused(witness: WitnessAddress, old: int, answer: Answer) -> AnchorError:
    name = witness.verifier.name
    match answer.status:
        case 404:
            return AnchorRefused(f"The witness {name} does not know this log: give its operator the log's key.")
        case 403:
            return AnchorRefused(f"The witness {name} has another key of this log: give its operator the present one.")
        case 422:
            return _disputed(witness, old)
        case 409:
            return AnchorUntrue(f"The witness {name} names another size each time that it is asked.")
        case _:
            return AnchorUntrue(f"The witness {name} gave an answer that it should not (status {answer.status}).")


def _disputed(witness: WitnessAddress, old: int) -> HistoryDisputed:
    return HistoryDisputed(
        f"The witness {witness.verifier.name} has seen other records in this log: what it holds now does not continue "
        f"the first {old} that were cosigned."
    )
