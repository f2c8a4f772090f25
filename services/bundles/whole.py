"""The check of a whole log: every record against its leaf, every leaf against the signed root, every stream's order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from hashlib import sha256
from itertools import zip_longest

from events.proof.errors import ProofError
from events.proof.tiles import WIDTH, Entries, Tile, decode_entries
from events.proof.tree import complete_root
from services.bundles.faults import Findings, Unsound
from services.bundles.layout import CHECKPOINT, MANIFEST, STREAMS, Head, Manifest, head_line
from services.bundles.note import Signed
from services.bundles.records import Continued, Records, Statement
from services.bundles.source import Source
from services.bundles.tree import HASH, Upward, hashes_of, read_tile

# What follows by itself from a hash that differs, which is named then.
_FOLLOWING = ("broken_chain", "head_differs", "statement_differs", "programmes_differ")
_UNKNOWN = b"\x00" * HASH


class Whole:
    """One check of one bundle of a whole log."""

    def __init__(self, source: Source, signed: Signed, manifest: Manifest, findings: Findings) -> None:
        self._source = source
        self._size = signed.checkpoint.size
        self._root = signed.checkpoint.root
        self._manifest = manifest
        self._findings = findings
        # Told after what the hashes say, which names the record itself.
        self._order = Findings()
        self._records = Records(signed.org, self._order)
        self._complete = True
        self._by_tiles, self._by_records = Upward(source), Upward(source)
        self._differing: list[tuple[int, Tile, Entries]] = []
        self._stated = 0

    def check(self) -> int:
        """Look at everything; how many streams the log has."""
        for number in range(-(-self._size // WIDTH)):
            width = min(WIDTH, self._size - number * WIDTH)
            self._take(Tile(0, number, width), Entries(number, width))
            self._findings.progress(width)
        self._judge()
        self._look_for_claimed()
        for fault in self._order.faults:
            if fault.code not in _FOLLOWING or not self._differing:
                self._findings.add(fault)
        if not self._differing:
            self._findings.found += self._order.found - len(self._order.faults)
        return self._records.streams

    def continued(self) -> list[tuple[int, Continued]]:
        """Where the log goes on under a new origin."""
        return self._records.continued

    def entries(self, entries: Entries) -> list[bytes]:
        """The records of an entry bundle; raises Unsound."""
        try:
            return decode_entries(self._source.read(entries.path), entries.width)
        except ProofError as error:
            raise Unsound(error.code, str(error), entries.path, entries.number * WIDTH) from error

    def _take(self, tile: Tile, entries: Entries) -> None:
        leaves = hashed = self._read_tile(tile)
        records = self._read_entries(entries)
        if records is not None:
            hashed = [sha256(b"\x00" + record).digest() for record in records]
            self._follow(entries, records, leaves or hashed)
        leaves, hashed = leaves or hashed, hashed or leaves
        if leaves is None or hashed is None:
            leaves = hashed = [_UNKNOWN] * tile.width
        root = complete_root(leaves) if tile.width == WIDTH else None
        self._by_tiles.add(leaves, root)
        if leaves == hashed:
            self._by_records.add(leaves, root)
            return
        self._by_records.add(hashed)
        first = tile.number * WIDTH
        pairs = enumerate(zip(leaves, hashed, strict=True))
        self._differing.extend((first + at, tile, entries) for at, (one, other) in pairs if one != other)

    def _read_tile(self, tile: Tile) -> list[bytes] | None:
        try:
            return hashes_of(read_tile(self._source, tile))
        except Unsound as error:
            self._findings.add(error.fault)
        return None

    def _read_entries(self, entries: Entries) -> list[bytes] | None:
        try:
            return self.entries(entries)
        except Unsound as error:
            self._findings.add(error.fault)
        # Behind a gap nothing can be said of the streams' order any more.
        self._complete = False
        return None

    def _follow(self, entries: Entries, records: list[bytes], leaves: list[bytes]) -> None:
        if not self._complete:
            return
        first = entries.number * WIDTH
        self._records.take(first, records, leaves, entries.path)
        for statement in self._records.statements[self._stated :]:
            self._check_statement(statement, first + len(records))
            self._stated += 1

    def _judge(self) -> None:
        """Say which is wrong, where records and tiles differ: the signed root knows."""
        by_tiles, by_records = self._by_tiles.root(), self._by_records.root()
        if by_records == self._root:
            for position, tile, _ in self._differing:
                sentence = f"The hash of record {position:,} in the tile is not that of the record."
                self._findings.fault("tile_differs", sentence, tile.path, position)
            above = self._by_records.faults(trusted=True)
        else:
            for position, _, entries in self._differing:
                sentence = f"Record {position:,} is not the one that was logged there."
                self._findings.fault("record_differs", sentence, entries.path, position)
            above = self._by_tiles.faults(trusted=by_tiles == self._root)
        for fault in above:
            self._findings.add(fault)
        if self._root not in {by_tiles, by_records}:
            sentence = "The records and tiles here do not make up the root that was signed."
            self._findings.fault("root_differs", sentence, CHECKPOINT)

    def _check_statement(self, statement: Statement, taken: int) -> None:
        undone = list(self._between(statement.stated.size, taken))
        if self._records.streams_root(undone).hex() != statement.stated.root:
            sentence = f"What the log says of the ends of its streams at size {statement.stated.size:,} is not so."
            self._order.fault("statement_differs", sentence, _file_of(statement, self._size), statement.position)
        self._check_programmes(statement)
        claimed = self._manifest.streams_root
        if claimed is not None and claimed.position == statement.position:
            self._compare_heads(self._records.heads(undone))

    def _check_programmes(self, statement: Statement) -> None:
        stated = statement.stated
        found = self._records.programmes_root(stated.size).hex()
        if stated.programmes_root not in {"", found}:
            sentence = f"What the log says of the streams of each programme at size {stated.size:,} is not so."
            self._order.fault("programmes_differ", sentence, _file_of(statement, self._size), statement.position)

    def _look_for_claimed(self) -> None:
        claimed = self._manifest.streams_root
        if claimed is not None and self._complete:
            found = [one.stated.size for one in self._records.statements if one.position == claimed.position]
            if found != [claimed.size]:
                sentence = "The log has no such statement on its streams where the manifest says."
                self._order.fault("manifest_differs", sentence, MANIFEST, claimed.position)

    def _between(self, start: int, end: int) -> Iterator[bytes]:
        """The records from a position up to, not including, another, read once more."""
        for number in range(start // WIDTH, -(-end // WIDTH)):
            first = number * WIDTH
            records = self.entries(Entries(number, min(WIDTH, self._size - first)))
            yield from records[max(start - first, 0) : end - first]

    def _compare_heads(self, heads: Iterable[Head]) -> None:
        with self._source.opened(STREAMS) as file:
            lines = iter(lambda: file.readline(1_000), b"")
            for number, (ours, theirs) in enumerate(zip_longest(map(head_line, heads), lines), start=1):
                if ours != theirs:
                    sentence = f"Line {number:,} is not what the records say of how the stream ended."
                    self._order.fault("head_differs", sentence, STREAMS)
                    return


def _file_of(statement: Statement, size: int) -> str:
    number = statement.position // WIDTH
    return Entries(number, min(WIDTH, size - number * WIDTH)).path
