"""The records that a log has lost, out of a bundle that was checked and that begins as the log does."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path

from events.proof.checkpoint import open_checkpoint
from events.proof.errors import ProofError
from events.proof.notes import Verifier
from events.proof.tiles import WIDTH, decode_entries, entries_of
from events.proof.tree import Edge, leaf_hash
from services.bundles.faults import Findings, Unsound
from services.bundles.note import Signed, signed_head
from services.bundles.source import Source, open_source
from services.bundles.verify import verify


def missing_records(
    path: Path, vkeys: Sequence[str], retired: Mapping[str, int], org: str, size: int, root: bytes
) -> Iterator[bytes]:
    """What comes after the first `size` records, whose root is `root`, in the bundle of a whole log.

    retired: keys that the log's key took over from, and the largest size that each has signed. Raises Unsound: the
    first fault of the bundle, `retired_key` for one that such a key alone has signed at a size that it never saw,
    `other_log`, `not_whole`, `nothing_new`, or `other_history` for a bundle that does not begin with those records.
    Nothing of a bundle is given out before all of it was checked.
    """
    verdict = verify(path, [*vkeys, *retired])
    if verdict.faults:
        fault = verdict.faults[0]
        raise Unsound(fault.code, fault.sentence, fault.file, fault.position)
    with open_source(path, Findings()) as source:
        signed = signed_head(source, [Verifier.of(one) for one in (*vkeys, *retired)])
        end = signed.checkpoint.size
        if not any(_signed_by(one, signed.note) for one in vkeys):
            _require_within(signed, retired)
        if signed.org != org:
            raise Unsound("other_log", "The bundle is of another organisation.")
        if end <= size:
            raise Unsound("nothing_new", f"The bundle has {end:,} records, the log {size:,}: it brings nothing back.")
        if not all(one.path in source.names for one in entries_of(end)):
            raise Unsound("not_whole", "Only the bundle of a whole organisation has every record.")
        if _root(source, end, size) != root:
            sentence = "The log's records are not those that the bundle begins with: something was changed, not lost."
            raise Unsound("other_history", sentence)
        yield from _records(source, end, size)


def _require_within(signed: Signed, retired: Mapping[str, int]) -> None:
    """Refuse what a retired key says of more than it signed while it was in use: whoever has it says so today."""
    most = max(size for vkey, size in retired.items() if _signed_by(vkey, signed.note))
    if signed.checkpoint.size > most:
        sentence = (
            f"The bundle's {signed.checkpoint.size:,} records are signed by a retired key alone, which signed no more "
            f"than {most:,} while it was in use."
        )
        raise Unsound("retired_key", sentence)


def _signed_by(vkey: str, note: bytes) -> bool:
    try:
        open_checkpoint(note, [Verifier.of(vkey)])
    except ProofError:
        return False
    return True


def _root(source: Source, end: int, size: int) -> bytes:
    edge = Edge()
    for record in _records(source, end, 0):
        if edge.size == size:
            break
        edge.append(leaf_hash(record))
    return edge.root()


def _records(source: Source, end: int, first: int) -> Iterator[bytes]:
    for entries in islice(entries_of(end), first // WIDTH, None):
        held = decode_entries(source.read(entries.path), entries.width)
        yield from held[max(0, first - entries.number * WIDTH) :]
