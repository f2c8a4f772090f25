"""Who signed what: the checkpoint of a bundle, opened with keys from elsewhere, and what the bundle claims."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import msgspec

from events.proof.checkpoint import Checkpoint, open_checkpoint
from events.proof.errors import ProofError
from events.proof.notes import ED25519, Verifier, open_note
from services.bundles.faults import Unsound
from services.bundles.layout import CHECKPOINT, FORMAT, MANIFEST, Manifest, decoded
from services.bundles.source import Source

END_OF_TIME = 253_402_300_800
_ORIGIN = re.compile(r"mentorledger/log/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?:/[1-9][0-9]*)?")


@dataclass(frozen=True, slots=True)
class Signed:
    """The tree head that was signed, the note that says so, whose log it is.

    keys: fingerprints of the given keys that signed it; seen: which witnesses saw it when.
    """

    checkpoint: Checkpoint
    note: bytes
    org: str
    keys: tuple[str, ...]
    seen: tuple[tuple[str, datetime], ...]


def signed_head(source: Source, verifiers: Sequence[Verifier]) -> Signed:
    """The checkpoint of a bundle; raises Unsound with a code of `events.proof`, or `foreign_log`."""
    note = source.read(CHECKPOINT)
    try:
        checkpoint = open_checkpoint(note, verifiers)
        signatures = open_note(note, verifiers).verified
    except ProofError as error:
        raise Unsound(error.code, str(error), CHECKPOINT) from error
    org = log_of(checkpoint.origin)
    if org is None:
        sentence = f"The checkpoint is of {checkpoint.origin!r}, which is no log of mentoring programmes."
        raise Unsound("foreign_log", sentence, CHECKPOINT)
    times = ((one.name, one.time) for one in signatures)
    # A year beyond 9999 is no time that anybody saw anything.
    seen = tuple((name, datetime.fromtimestamp(time, UTC)) for name, time in times if time and time < END_OF_TIME)
    made = {(one.name, one.key_id) for one in signatures}
    keys = tuple(one.fingerprint for one in verifiers if one.kind == ED25519 and (one.name, one.key_id) in made)
    return Signed(checkpoint, note, org, keys, seen)


def log_of(origin: str) -> str | None:
    """Whose log has this origin, by id; None for what is no log of ours."""
    found = _ORIGIN.fullmatch(origin)
    return found[1] if found else None


def verifiers_of(vkeys: Sequence[str]) -> list[Verifier]:
    """The keys that were given; raises Unsound `bad_vkey` or `unknown_algorithm`."""
    try:
        return [Verifier.of(one) for one in vkeys]
    except ProofError as error:
        raise Unsound(error.code, str(error)) from error


def claims(source: Source, signed: Signed) -> Manifest:
    """What the bundle says of itself; raises Unsound `bad_manifest` or `manifest_differs`."""
    try:
        manifest = decoded(source.read(MANIFEST), Manifest)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Unsound("bad_manifest", f"The manifest has not the form that it must have: {error}.", MANIFEST) from error
    if manifest.format != FORMAT:
        sentence = f"The format is {manifest.format!r}; this release reads {FORMAT}."
        raise Unsound("unknown_format", sentence, MANIFEST)
    if (manifest.origin, manifest.size) != (signed.checkpoint.origin, signed.checkpoint.size):
        raise Unsound("manifest_differs", "Origin or size are not those of the signed checkpoint.", MANIFEST)
    return manifest
