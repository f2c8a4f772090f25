"""A log in memory, with the tree that a bundle is made from: as the database has it, at no cost."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from uuid import UUID

from events.catalogue import decode
from events.event import AnyRecorded, Event
from events.proof.checkpoint import Checkpoint, origin_of, signed
from events.proof.notes import SigningKey
from events.proof.programmes import Membership, Memberships, programmes_root
from events.proof.streams import StreamHead, streams_root
from events.proof.tiles import WIDTH, Entries, Tile, encode_entries, hash_reader
from events.proof.tree import HashAt, complete_root, leaf_hash, root
from events.record import canonical, pieces, timestamp
from events.subjects.goal import GoalProgressed
from events.subjects.log import StreamsRootTaken
from services.bundles.layout import Scope
from services.bundles.write import Exporter

FIRST = datetime(2026, 3, 1, 9, tzinfo=UTC)
ORG = UUID("0b0e9a43-31b3-4f0e-9d9a-4f0d1a1f7c11")


def relationship(number: int) -> str:
    """The id of a relationship."""
    return str(UUID(int=number))


def rewritten(document: object) -> bytes:
    """A document of a bundle, as an export would write it."""
    return canonical(document) + b"\n"


@dataclass(frozen=True)
class Head:
    """A signed head."""

    size: int
    note: bytes


@dataclass
class MadeLog:
    """Records of one organisation, appended as the database appends them."""

    org: UUID = ORG
    key: SigningKey = field(default_factory=lambda: SigningKey.of(origin_of(ORG), bytes(range(32))))
    records: list[bytes] = field(default_factory=list)
    kept: list[tuple[str, str, int, bytes]] = field(default_factory=list)
    heads: dict[str, tuple[int, bytes]] = field(default_factory=dict)
    signed_at: int | None = None

    def add(self, stream: str, data: Event) -> int:
        """Append an event; its position."""
        position = len(self.records)
        at = FIRST + timedelta(seconds=position)
        version, prev = self.heads.get(stream, (0, b""))
        salt = f"{position:032x}"
        before, middle = pieces(str(self.org), stream, data, at, actor="person:ada", salt=salt)
        named = f'"{prev.hex()}"' if prev else "null"
        stamped = f'{named},"recorded_at":"{timestamp(at)}"'.encode()
        record = before + stamped + middle + f'{version + 1},"type":"{data.TYPE}"}}'.encode()
        self.put(stream, data.TYPE, version + 1, record)
        return position

    def put(self, stream: str, type_: str, version: int, record: bytes) -> None:
        """Append bytes as they are."""
        self.records.append(record)
        self.heads[stream] = (version, leaf_hash(record))
        self.kept.append((stream, type_, version, self.heads[stream][1]))

    def fill(self, events: int, relationships: int = 5) -> MadeLog:
        """Append events of some relationships, by turns that a seed chooses."""
        dice = Random(events)
        for number in range(events):
            stream = f"relationship-{relationship(dice.randrange(relationships))}"
            self.add(stream, GoalProgressed(goal_id="g", percent=number % 101, note="ä" * dice.randrange(40)))
        return self

    def state(self) -> MadeLog:
        """Append what the log says of how its streams end."""
        self.add(f"log-{self.org}", self.stated())
        return self

    def stated(self) -> StreamsRootTaken:
        """What the log would say of that now."""
        size = len(self.records)
        found = streams_root(self.stream_heads(self.org, size - 1))
        programmes = programmes_root(self.memberships(self.org, size - 1))
        return StreamsRootTaken(size=size, root=found.hex(), programmes_root=programmes.hex())

    def checkpoint(self, size: int | None = None) -> bytes:
        """The signed head at a size."""
        return signed(self.tree_head(size), [self.key])

    def tree_head(self, size: int | None = None) -> Checkpoint:
        """The head at a size, by default that of the whole log."""
        size = len(self.records) if size is None else size
        return Checkpoint(self.key.name, size, root(size, self.hash_at(self.org, size)))

    def export(self, path: Path, number: int | None = None) -> Path:
        """Write a bundle of the log, or of one relationship."""
        exporter = Exporter(self, self)
        if number is None:
            exporter.organisation(self.org, path)
        else:
            id_ = relationship(number)
            exporter.part(self.org, Scope(kind="relationship", id=id_), path)
        return path

    # What a bundle takes from a log and its tree.

    def latest(self, org: UUID) -> Head | None:
        """The head that is signed: that of now, or the one that a test chose."""
        size = len(self.records) if self.signed_at is None else self.signed_at
        return Head(size, self.checkpoint(size))

    def tile(self, org: UUID, tile: Tile) -> bytes | None:
        """A tile from the leaves."""
        hashes = [leaf for *_, leaf in self.kept]
        for _ in range(tile.level):
            hashes = [complete_root(hashes[at : at + WIDTH]) for at in range(0, len(hashes) // WIDTH * WIDTH, WIDTH)]
        first = tile.number * WIDTH
        return b"".join(hashes[first : first + tile.width])

    def entries(self, org: UUID, entries: Entries) -> bytes | None:
        """A bundle of entries."""
        first = entries.number * WIDTH
        return encode_entries(self.records[first : first + entries.width])

    def hash_at(self, org: UUID, size: int) -> HashAt:
        """The hashes of the tree at a size."""

        def read(tile: Tile) -> bytes:
            return self.tile(org, tile) or b""

        return hash_reader(read, size)

    def stream_heads(self, org: UUID, upto_position: int) -> Iterator[StreamHead]:
        """How the streams ended."""
        found = {stream: (version, leaf) for stream, _, version, leaf in self.kept[: upto_position + 1]}
        return (StreamHead(stream=one, version=found[one][0], leaf=found[one][1]) for one in sorted(found))

    def memberships(self, org: UUID, upto_position: int) -> Iterator[Membership]:
        """Which streams belong to which programmes."""
        found = Memberships()
        for position, record in enumerate(self.records[: upto_position + 1]):
            document = json.loads(record)
            found.take(position, document["stream"], document["data"])
        return iter(found.at(upto_position + 1))

    def read_stream(
        self, org: UUID, stream: str, *, after: int = 0, upto_position: int | None = None
    ) -> Iterator[AnyRecorded]:
        """The events of a stream."""
        for position, (name, type_, version, _) in enumerate(self.kept):
            if name == stream and version > after and (upto_position is None or position <= upto_position):
                record = self.records[position]
                yield decode(position, type_, json.loads(record)["schema"], record)
