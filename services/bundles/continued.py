"""Whether a bundle's log goes on from checkpoints that somebody kept outside of it, such as those that came by mail."""

from __future__ import annotations

from collections.abc import Sequence

from events.proof.checkpoint import open_checkpoint
from events.proof.errors import ProofError
from events.proof.notes import Verifier
from events.proof.tiles import hash_reader
from events.proof.tree import root
from services.bundles.faults import Findings
from services.bundles.layout import CHECKPOINT
from services.bundles.note import Signed
from services.bundles.source import Source
from services.bundles.tree import read_tile


def check_continued(
    source: Source, signed: Signed, kept: Sequence[bytes], verifiers: Sequence[Verifier], findings: Findings
) -> None:
    """Hold the tiles against each note that was kept; that they make up the signed root is checked elsewhere.

    Raises Unsound where a tile cannot be read.
    """
    hash_at = hash_reader(lambda tile: read_tile(source, tile), signed.checkpoint.size)
    for note in kept:
        try:
            before = open_checkpoint(note, verifiers)
        except ProofError as error:
            findings.fault(error.code, f"The checkpoint that you kept: {error}")
            continue
        named = f"the checkpoint of {before.size:,} records that you kept"
        if before.origin != signed.checkpoint.origin:
            findings.fault("foreign_checkpoint", f"This log is not that of {named}: it is {before.origin}.", CHECKPOINT)
        elif before.size > signed.checkpoint.size:
            sentence = (
                f"This log has fewer records than {named}: it was cut short, or the bundle is older. Get a newer."
            )
            findings.fault("log_shorter", sentence, CHECKPOINT)
        elif root(before.size, hash_at) != before.root:
            sentence = f"The first {before.size:,} records are not those of {named}: history was changed since."
            findings.fault("history_changed", sentence, CHECKPOINT)
        else:
            findings.proven.append(
                f"The log goes on from {named}: of those records none was changed, left out, inserted or moved since."
            )
