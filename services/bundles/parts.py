"""The files of one bundle by name, in the order in which they are written; each is made when its turn comes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from importlib.resources import files
from typing import Protocol
from uuid import UUID

from events.event import AnyRecorded
from events.proof.programmes import Membership
from events.proof.receipts import Receipt
from events.proof.streams import StreamHead, StreamTree
from events.proof.tiles import WIDTH, Entries, Tile, decode_entries, entries_of, tiles_of
from events.proof.tree import HashAt, inclusion_proof
from services.bundles.anchors import AnchorSource, anchor_parts, claimed_anchors
from services.bundles.errors import BundleError
from services.bundles.layout import (
    CHECKPOINT,
    FORMAT,
    MANIFEST,
    PROGRAMME,
    README,
    STREAMS,
    Head,
    Manifest,
    Scope,
    Statement,
    encoded,
    head_line,
    receipt_name,
    record_name,
    stream_name,
)
from services.bundles.programme import programme_file
from services.bundles.proofs import stream_proof
from services.bundles.records import STATEMENT
from services.bundles.schemas import schemas
from services.bundles.scope import streams_of

Chunks = Callable[[], Iterable[bytes]]
Parts = dict[str, Chunks]


class StoredHead(Protocol):
    """A signed tree head: the log's size and the note that says so."""

    @property
    def size(self) -> int:
        """How many records the log had."""

    @property
    def note(self) -> bytes:
        """The signed checkpoint."""


class LogTree(Protocol):
    """What a bundle takes from the tree of a log (`events.treestore.TreeStore`)."""

    def latest(self, org: UUID) -> StoredHead | None:
        """The newest signed tree head."""

    def tile(self, org: UUID, tile: Tile) -> bytes | None:
        """The bytes of a tile; None when the log is too short."""

    def entries(self, org: UUID, entries: Entries) -> bytes | None:
        """The bytes of an entry bundle; None when the log is too short."""

    def hash_at(self, org: UUID, size: int) -> HashAt:
        """The hashes of complete subtrees of the log up to a size."""

    def stream_heads(self, org: UUID, upto_position: int) -> Iterator[StreamHead]:
        """How each stream stood at a position, by the streams' names."""

    def memberships(self, org: UUID, upto_position: int) -> Iterator[Membership]:
        """Every programme with each of its streams at a position, by their names."""


class LogStreams(Protocol):
    """What a bundle takes from the log itself (`events.log.Log`)."""

    def read_stream(
        self, org: UUID, stream: str, *, after: int = 0, upto_position: int | None = None
    ) -> Iterator[AnyRecorded]:
        """The events of one stream, up to and including a position of the log."""


class Bundle:
    """The parts of one bundle, each made when it is asked for."""

    def __init__(self, log: LogStreams, tree: LogTree, org: UUID, scope: Scope, anchors: AnchorSource) -> None:
        head = tree.latest(org)
        if head is None:
            sentence = "The log has no signed checkpoint yet; start the signer (`mentorledger run`) and try again."
            raise BundleError("no_checkpoint", sentence)
        self._log, self._tree, self._org, self._scope = log, tree, org, scope
        self._note = head.note
        self.size = head.size
        self.origin = head.note.partition(b"\n")[0].decode()
        self._statement: Statement | None = None
        self._states_programmes = False
        self._look_for_statement()
        self._anchors = anchors.under(org, self.origin, self.size)

    def streams(self) -> list[str]:
        """The streams in scope as the log's newest statement has them; raises BundleError `no_streams_root`."""
        if self._statement is None:
            sentence = "The log does not say yet how its streams ended; run the export with the signer at hand."
            raise BundleError("no_streams_root", sentence)
        return streams_of(self._scope, self._memberships())

    def positions(self, streams: Sequence[str]) -> list[int]:
        """Where the records of the streams and the statement on them stand, in the order of the log."""
        assert self._statement is not None, "streams() looked"
        found = {self._statement.position}
        for stream in streams:
            found.update(one.position for one in self._log.read_stream(self._org, stream, upto_position=self.size - 1))
        return sorted(found)

    def whole(self) -> Parts:
        """The parts of a whole log."""
        parts = self._common()
        parts |= {one.path: partial(self._entries_of, one) for one in entries_of(self.size)}
        if self._statement is not None:
            parts[STREAMS] = self._head_lines
        return parts

    def some(self, streams: Sequence[str], positions: Sequence[int]) -> Parts:
        """The parts of a log of which some streams are shown."""
        assert self._statement is not None, "streams() looked"
        parts = self._common()
        if self._states_programmes and self._scope.kind == "programme":
            parts[PROGRAMME] = self._programme
        records = _Records(self._tree, self._org, self.size)
        hash_at = self._tree.hash_at(self._org, self.size)
        for position in positions:
            parts[record_name(position)] = partial(records.at, position)
            parts[receipt_name(position)] = partial(_receipt, hash_at, self.size, self._note, position)
        heads = StreamTree(self._tree.stream_heads(self._org, self._statement.size - 1))
        return parts | {stream_name(one): partial(_stream_proof, heads, one) for one in sorted(set(streams))}

    def _look_for_statement(self) -> None:
        for one in self._log.read_stream(self._org, f"log-{self._org}", upto_position=self.size - 1):
            if one.type == STATEMENT:
                self._statement = Statement(position=one.position, size=one.data.size)
                self._states_programmes = bool(one.data.programmes_root)

    def _memberships(self) -> Iterator[Membership]:
        assert self._statement is not None, "streams() looked"
        return self._tree.memberships(self._org, self._statement.size - 1)

    def _programme(self) -> list[bytes]:
        return [programme_file(self._memberships(), self._scope.id)]

    def _common(self) -> Parts:
        manifest = Manifest(
            format=FORMAT,
            origin=self.origin,
            scope=self._scope,
            size=self.size,
            streams_root=self._statement,
            anchors=claimed_anchors(self._anchors),
        )
        text = files("services.bundles").joinpath("auditor.txt").read_text()
        about = f"{self._scope.kind} {self._scope.id}"
        readme = text.format(scope=about, origin=self.origin, size=f"{self.size:,}").encode()
        parts: Parts = {
            CHECKPOINT: partial(_itself, self._note),
            MANIFEST: partial(_itself, encoded(manifest)),
            README: partial(_itself, readme),
        }
        parts |= {name: partial(_itself, data) for name, data in schemas().items()}
        hash_at = self._tree.hash_at(self._org, self.size)
        parts |= dict(anchor_parts(self._anchors, self.size, self._note, hash_at))
        return parts | {one.path: partial(self._tile_of, one) for one in tiles_of(self.size)}

    def _tile_of(self, tile: Tile) -> list[bytes]:
        return [_there(self._tree.tile(self._org, tile))]

    def _entries_of(self, entries: Entries) -> list[bytes]:
        return [_there(self._tree.entries(self._org, entries))]

    def _head_lines(self) -> Iterator[bytes]:
        assert self._statement is not None, "whole() looked"
        heads = self._tree.stream_heads(self._org, self._statement.size - 1)
        return (head_line(Head(stream=one.stream, version=one.version, leaf=one.leaf.hex())) for one in heads)


class _Records:
    """Single records out of entry bundles, of which the last read is kept: they are asked for in order."""

    def __init__(self, tree: LogTree, org: UUID, size: int) -> None:
        self._tree, self._org, self._size = tree, org, size
        self._number, self._read = -1, [b""]

    def at(self, position: int) -> list[bytes]:
        number, offset = divmod(position, WIDTH)
        if number != self._number:
            entries = Entries(number, min(WIDTH, self._size - number * WIDTH))
            self._read = decode_entries(_there(self._tree.entries(self._org, entries)), entries.width)
            self._number = number
        return [self._read[offset]]


def _receipt(hash_at: HashAt, size: int, note: bytes, position: int) -> list[bytes]:
    proof = inclusion_proof(position, size, hash_at)
    return [Receipt(index=position, proof=proof, checkpoint=note).to_bytes()]


def _stream_proof(heads: StreamTree, stream: str) -> list[bytes]:
    return [stream_proof(heads, stream)]


def _itself(data: bytes) -> list[bytes]:
    return [data]


def _there(found: bytes | None) -> bytes:
    """What the tree must have, since the log was longer than that when it was signed."""
    if found is None:
        sentence = "The log is shorter than its newest checkpoint says: run `mentorledger doctor` before anything else."
        raise BundleError("log_too_short", sentence)
    return found
