"""The checks of C2SP tlog-witness, in its order, and the cosignature of what passes them."""

import logging
import threading
from collections.abc import Callable, Mapping, Sequence

from deploy.witness.errors import NotWitnessed
from deploy.witness.memory import Memory, Seen
from deploy.witness.request import Request, parse_request
from events.proof.checkpoint import Checkpoint
from events.proof.errors import ProofError
from events.proof.notes import Verifier, open_note, write_note
from events.proof.tree import EMPTY_ROOT, check_consistency

Logs = Mapping[str, Sequence[Verifier]]
"""The keys of each log, by its origin."""
_log = logging.getLogger(__name__)


class Witness:
    """Cosigns checkpoints of the logs that it was told of; clock: Unix seconds."""

    def __init__(self, memory: Memory, logs: Logs, clock: Callable[[], float]) -> None:
        self._memory = memory
        self._logs = logs
        self._clock = clock
        # Looking at what was seen and writing what is seen now are one step: else a slow request for an old size
        # would take back a newer one.
        self._lock = threading.Lock()

    def add_checkpoint(self, body: bytes) -> str:
        """Return the line of the cosignature; the checkpoint is remembered by then. Raises NotWitnessed."""
        request = parse_request(body)
        signed = self._signed(request)
        if request.old > request.checkpoint.size:
            raise NotWitnessed("bad_request", "The old size is larger than the checkpoint's.")
        with self._lock:
            try:
                return self._cosigned(request, signed)
            except NotWitnessed as refusal:
                if refusal.code == "inconsistent" or self._contradicts(request.checkpoint):
                    self._accuse(request.checkpoint, body)
                raise

    def latest(self, digest: str) -> str | None:
        """The last cosigned checkpoint of the log whose origin has this SHA-256 (hex), as a note."""
        with self._lock:
            seen = self._memory.by_digest(digest)
        return None if seen is None else seen.note

    def _signed(self, request: Request) -> list[str]:
        """The signature lines by the log's own keys: those of strangers are not kept."""
        keys = self._logs.get(request.checkpoint.origin)
        if keys is None:
            raise NotWitnessed("unknown_log", "This witness was not told of a log with this origin.")
        try:
            return [signature.line for signature in open_note(request.note, keys).verified]
        except ProofError as error:
            raise NotWitnessed("not_signed", f"The log's own signature is missing or wrong: {error}") from error

    def _cosigned(self, request: Request, signed: list[str]) -> str:
        new = request.checkpoint
        seen = self._memory.seen(new.origin)
        known = 0 if seen is None else seen.size
        if request.old != known:
            raise NotWitnessed("stale", f"The last checkpoint that was cosigned has the size {known}.", known)
        _require_consistent(request, seen)
        time = int(self._clock())
        if seen is not None and time < seen.time:
            raise NotWitnessed("clock_behind", f"The clock is {seen.time - time} s behind the last cosignature.")
        line = self._memory.cosigner.cosign(new.text, time)
        note = write_note(new.text, [*signed, line]).decode()
        try:
            self._memory.remember(new.origin, Seen(new.size, new.root, time, note))
        except OSError as error:
            raise NotWitnessed("memory_unwritable", f"The checkpoint cannot be kept: {error.strerror}.") from error
        return line

    def _contradicts(self, new: Checkpoint) -> bool:
        seen = self._memory.seen(new.origin)
        return seen is not None and new.size == seen.size and new.root != seen.root

    def _accuse(self, new: Checkpoint, body: bytes) -> None:
        _log.error("%s signed a checkpoint of size %d that contradicts an earlier one", new.origin, new.size)
        try:
            self._memory.keep_evidence(body)
        except OSError:
            _log.exception("The evidence could not be kept.")


def _require_consistent(request: Request, seen: Seen | None) -> None:
    """Raise NotWitnessed `inconsistent`. The proof starts at what the witness itself saw, not at what it is told."""
    new = request.checkpoint
    try:
        check_consistency(request.old, new.size, request.proof, EMPTY_ROOT if seen is None else seen.root, new.root)
    except ProofError as error:
        raise NotWitnessed("inconsistent", f"The checkpoint does not continue what was seen: {error}") from error
