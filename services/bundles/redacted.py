"""The check of some streams of a log, whose other records are there as hashes only."""

from __future__ import annotations

from functools import lru_cache
from hashlib import sha256

from events.proof.errors import ProofError
from events.proof.receipts import parse_receipt
from events.proof.streams import StreamHead
from events.proof.tiles import WIDTH, Tile
from events.proof.tree import check_inclusion
from services.bundles.envelope import read
from services.bundles.faults import Findings, Unsound
from services.bundles.layout import (
    CHECKPOINT,
    MANIFEST,
    Manifest,
    receipt_name,
    receipt_position,
    record_name,
    record_position,
    stream_name,
    stream_of,
)
from services.bundles.note import Signed
from services.bundles.proofs import proven_head
from services.bundles.records import STATEMENT, Records, Stated, stated_in
from services.bundles.source import Source
from services.bundles.tree import HASH, Upward, hashes_of, read_tile

_UNKNOWN = b"\x00" * HASH


class Redacted:
    """One check of one bundle of some streams; afterwards it has these, their records and the log's statement."""

    def __init__(self, source: Source, signed: Signed, manifest: Manifest, findings: Findings) -> None:
        self._source, self._signed = source, signed
        self._manifest, self._findings = manifest, findings
        self._size, self._root = signed.checkpoint.size, signed.checkpoint.root
        self.records = Records(signed.org, findings)
        self.stated: Stated | None = None
        self.stated_at = ""
        self._main = f"{manifest.scope.kind}-{manifest.scope.id}"
        self.streams = {self._main} | {stream for name in source.names if (stream := stream_of(name))}
        # Only the last tile is at hand again: records are looked at in the order of the log.
        self._leaves = lru_cache(maxsize=1)(self._read_leaves)
        self._unreadable: set[Tile] = set()

    def check(self) -> tuple[int, int]:
        """Look at everything; how many records of how many streams are shown."""
        self._tiles()
        positions = sorted(at for name in self._source.names if (at := record_position(name)) is not None)
        self._lonely_receipts(set(positions))
        stated = self.stated = self._statement()
        shown = 0
        ends: dict[str, tuple[int, str]] | None = None
        for position in positions:
            if ends is None and stated is not None and position >= stated.size:
                ends = self._ends()
            shown += self._record(position)
            self._findings.progress(1)
        if stated is not None:
            self._complete(stated, self._ends() if ends is None else ends)
        return shown, len(self.streams)

    def _tiles(self) -> None:
        upward = Upward(self._source)
        for number in range(-(-self._size // WIDTH)):
            upward.add(self._leaves(number))
        found = upward.root()
        for fault in upward.faults(trusted=found == self._root):
            self._findings.add(fault)
        if found != self._root:
            self._findings.fault("root_differs", "The tiles here do not make up the root that was signed.", CHECKPOINT)

    def _read_leaves(self, number: int) -> list[bytes]:
        tile = Tile(0, number, min(WIDTH, self._size - number * WIDTH))
        try:
            return hashes_of(read_tile(self._source, tile))
        except Unsound as error:
            if tile not in self._unreadable:
                self._findings.add(error.fault)
            self._unreadable.add(tile)
        return [_UNKNOWN] * tile.width

    def _lonely_receipts(self, positions: set[int]) -> None:
        for name in sorted(self._source.names):
            at = receipt_position(name)
            if at is not None and at not in positions:
                self._findings.fault("missing_file", f"The record of receipt {name} is missing.", record_name(at), at)

    def _record(self, position: int) -> int:
        """Look at a record and its receipt; 1 when it is one of a stream that the bundle shows."""
        name = record_name(position)
        try:
            record = self._source.read(name)
        except Unsound as error:
            self._findings.add(error.fault)
            return 0
        leaf = sha256(b"\x00" + record).digest()
        if position >= self._size or self._leaves(position // WIDTH)[position % WIDTH] != leaf:
            sentence = f"Record {position:,} is not the one that was logged there."
            self._findings.fault("record_differs", sentence, name, position)
        self._receipt(position, leaf)
        claimed = self._manifest.streams_root
        if claimed is not None and position == claimed.position:
            return 0
        found = read(record)
        if found is not None and found.stream not in self.streams:
            self._findings.fault("unexpected_record", "The record is of none of the streams shown.", name, position)
            return 0
        self.records.take(position, [record], [leaf], name)
        return 1

    def _receipt(self, position: int, leaf: bytes) -> None:
        name = receipt_name(position)
        try:
            receipt = parse_receipt(self._source.read(name))
            if receipt.index != position:
                sentence = f"The receipt is of record {receipt.index:,}."
                self._findings.fault("receipt_differs", sentence, name, position)
            elif receipt.checkpoint != self._signed.note:
                sentence = "The receipt is under another checkpoint than that of the bundle."
                self._findings.fault("receipt_differs", sentence, name, position)
            else:
                check_inclusion(leaf, position, self._size, receipt.proof, self._root)
        except Unsound as error:
            self._findings.add(error.fault)
        except ProofError as error:
            self._findings.fault(error.code, str(error), name, position)

    def _statement(self) -> Stated | None:
        """What the log says of how its streams ended, if it is what the manifest says."""
        claimed = self._manifest.streams_root
        if claimed is None:
            sentence = "The bundle does not say where the log states how its streams ended; ask for a new one."
            self._findings.fault("no_streams_root", sentence, MANIFEST)
            return None
        name = record_name(claimed.position)
        try:
            found = read(self._source.read(name))
        except Unsound as error:
            self._findings.add(error.fault)
            return None
        place = (STATEMENT, f"log-{self._signed.org}", self._signed.org)
        right = found is not None and place == (found.type, found.stream, found.org)
        stated = stated_in(found.members()) if found is not None and right else None
        if found is None or stated is None or stated.size != claimed.size or stated.size > claimed.position:
            sentence = "The record is not the statement on the log's streams that the manifest names."
            self._findings.fault("statement_differs", sentence, name, claimed.position)
            return None
        self.stated_at = found.recorded_at
        return stated

    def _ends(self) -> dict[str, tuple[int, str]]:
        return {stream: self.records.head(stream) for stream in self.streams}

    def _complete(self, stated: Stated, ends: dict[str, tuple[int, str]]) -> None:
        """Hold each stream's last record up to the statement against the proof of how it ended."""
        if self._manifest.scope.kind == "relationship" and self.streams != {self._main}:
            sentence = "More is shown than the relationship that the manifest names."
            self._findings.fault("manifest_differs", sentence, MANIFEST)
        for stream in sorted(self.streams):
            name = stream_name(stream)
            try:
                head = self._head(stream, bytes.fromhex(stated.root))
            except Unsound as error:
                self._findings.add(error.fault)
                continue
            version, leaf = ends[stream]
            if (version, leaf) != (head.version, head.leaf.hex()):
                sentence = f"{stream} had {head.version:,} records when the log stated it; here are {version:,}"
                again = "" if version != head.version else ", and the last is another one"
                self._findings.fault("incomplete_stream", f"{sentence}{again}.", name)

    def _head(self, stream: str, root: bytes) -> StreamHead:
        name = stream_name(stream)
        try:
            return proven_head(self._source.read(name), stream, root)
        except ProofError as error:
            raise Unsound(error.code, str(error), name) from error
