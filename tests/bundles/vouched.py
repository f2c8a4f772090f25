"""An installation in memory: its own log names a made log's checkpoints, a witness and openssl vouch for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

from rfc3161_client import HashAlgorithm, TimestampRequestBuilder

from events.proof.checkpoint import origin_of, parse_checkpoint
from events.proof.notes import Cosigner, SigningKey, parse_note
from events.proof.receipts import Receipt
from events.proof.tree import inclusion_proof
from events.subjects.platform import CheckpointSeen
from services.anchors.evidence import Evidence
from services.anchors.files import ANCHORED, CHECKPOINT, RECEIPT, RECORD, STAMP, WITNESSED
from services.anchors.stamp import Roots
from services.bundles.anchored import Outside
from services.bundles.layout import Scope
from services.bundles.write import Exporter
from tests.anchors.tsa import Tsa
from tests.bundles.made import MadeLog, relationship

PLATFORM = UUID("7c1f3f0a-9a55-4a0c-8f59-25a1f6f0aa01")
SEEN_AT = 1_780_000_000


def platform() -> MadeLog:
    """The installation's own log, with what it noted of others before."""
    made = MadeLog(org=PLATFORM, key=SigningKey.of(origin_of(PLATFORM), bytes(range(1, 33))))
    for number in range(9):
        other = UUID(int=number)
        made.add(f"platform-{other}", CheckpointSeen(origin=origin_of(other), size=number, root="ab" * 32))
    return made


@dataclass
class Installation:
    """Vouches for one made log."""

    log: MadeLog
    tsa: Tsa
    own: MadeLog = field(default_factory=platform)
    witness: Cosigner = field(default_factory=lambda: Cosigner.of("witness.example/w", bytes(32)))
    found: list[Evidence] = field(default_factory=list)

    @property
    def outside(self) -> Outside:
        """All that an auditor can have."""
        roots = Roots.of(self.tsa.roots)
        return Outside(platform=[self.own.key.vkey], witnesses=[self.witness.vkey], stamped=roots)

    def vouch(self, size: int, *tokens: str) -> Evidence:
        """Have the log's checkpoint of a size named, and the head above it vouched for."""
        head = self.log.tree_head(size)
        seen = CheckpointSeen(origin=head.origin, size=size, root=head.root.hex())
        position = self.own.add(f"platform-{self.log.org}", seen)
        above = len(self.own.records)
        note = self.own.checkpoint()
        proof = inclusion_proof(position, above, self.own.hash_at(PLATFORM, above))
        files = {
            CHECKPOINT: self.log.checkpoint(size),
            RECORD: self.own.records[position],
            RECEIPT: Receipt(position, proof, note).to_bytes(),
            ANCHORED: note,
        }
        given = {STAMP: self.stamp, WITNESSED: self.cosign}
        files |= {name: given[name](note) for name in tokens}
        made = Evidence(above=above, origin=head.origin, size=size, given={}, files=files)
        self.found.append(made)
        return made

    def stamp(self, note: bytes) -> bytes:
        """A time stamp."""
        query = TimestampRequestBuilder().data(note).hash_algorithm(HashAlgorithm.SHA256).build()
        return self.tsa.answer(query.as_bytes())

    def cosign(self, note: bytes) -> bytes:
        """The note with a cosignature."""
        text = parse_note(note).text
        assert parse_checkpoint(text).size
        return note + self.witness.cosign(text, SEEN_AT).encode()

    def under(self, org: UUID, origin: str, size: int) -> Sequence[Evidence]:
        """What a bundle takes."""
        return self.found

    def export(self, path: Path, number: int | None = None) -> Path:
        """The bundle of the log, or of one relationship, with the anchors."""
        exporter = Exporter(self.log, self.log, anchors=self)
        if number is None:
            exporter.organisation(self.log.org, path)
        else:
            exporter.part(self.log.org, Scope(kind="relationship", id=relationship(number)), path)
        return path
