"""Who signed what: the checkpoint of a bundle, opened with keys from elsewhere, and what the bundle claims."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from events.proof.checkpoint import Checkpoint, open_checkpoint
from events.proof.errors import ProofError
from events.proof.notes import Verifier
from services.bundles.faults import Unsound
from services.bundles.layout import CHECKPOINT, FORMAT, MANIFEST, Manifest
from services.bundles.source import Source

_ORIGIN = re.compile(r"mentorledger/log/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?:/[1-9][0-9]*)?")


@dataclass(frozen=True, slots=True)
class Signed:
    """The tree head that the key vouches for, the note that says so, and the organisation whose log it is."""

    checkpoint: Checkpoint
    note: bytes
    org: str


def signed_head(source: Source, verifiers: Sequence[Verifier]) -> Signed:
    """The checkpoint of a bundle; raises Unsound with a code of `events.proof`, or `foreign_log`."""
    note = source.read(CHECKPOINT)
    try:
        checkpoint = open_checkpoint(note, verifiers)
    except ProofError as error:
        raise Unsound(error.code, str(error), CHECKPOINT) from error
    found = _ORIGIN.fullmatch(checkpoint.origin)
    if found is None:
        sentence = f"The checkpoint is of {checkpoint.origin!r}, which is no log of mentoring programmes."
        raise Unsound("foreign_log", sentence, CHECKPOINT)
    return Signed(checkpoint, note, found[1])


def claims(source: Source, signed: Signed) -> Manifest:
    """What the bundle says of itself; raises Unsound `bad_manifest` or `manifest_differs`."""
    try:
        manifest = msgspec.json.decode(source.read(MANIFEST), type=Manifest)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Unsound("bad_manifest", f"The manifest has not the form that it must have: {error}.", MANIFEST) from error
    if manifest.format != FORMAT:
        sentence = f"The format is {manifest.format!r}; this release reads {FORMAT}."
        raise Unsound("unknown_format", sentence, MANIFEST)
    size = signed.checkpoint.size
    if (manifest.origin, manifest.size) != (signed.checkpoint.origin, size):
        raise Unsound("manifest_differs", "Origin or size are not those of the signed checkpoint.", MANIFEST)
    stated = manifest.streams_root
    if stated is not None and not 0 <= stated.size <= stated.position < size:
        raise Unsound("manifest_differs", "The statement on the streams would stand outside the log.", MANIFEST)
    return manifest
