"""The check of a bundle's anchors: who outside of the installation vouches for the log's first records, since when.

Each leads from a checkpoint of the log to a head of the installation's own log, and on to what others say of that head.
All of it is checked but the signatures for which no key was given; what these would prove is said to be open.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256

from events.proof.checkpoint import Checkpoint, open_checkpoint, parse_checkpoint
from events.proof.errors import ProofError
from events.proof.growth import parse_growth
from events.proof.notes import COSIGNATURE, Signature, Verifier, open_note, parse_note
from events.proof.receipts import parse_receipt
from events.proof.tree import check_consistency, check_inclusion, leaf_hash
from services.anchors.der import stated
from services.anchors.errors import StampError
from services.anchors.files import ANCHORED, CHECKPOINT, RECEIPT, RECORD, STAMP, TOKENS, WITNESSED
from services.bundles.envelope import read
from services.bundles.faults import Findings, Unsound
from services.bundles.layout import CONSISTENCY, MANIFEST, Anchor, Manifest, anchor_name, is_anchor
from services.bundles.note import END_OF_TIME, Signed, log_of, verifiers_of
from services.bundles.source import Source

SEEN = "platform.checkpoint_seen"
_OTHER = "anchor_differs"


@dataclass(frozen=True, kw_only=True)
class Outside:
    """What an auditor has from elsewhere to check anchors with; what is missing leaves its part open.

    platform: keys of the installation's log; witnesses: of witnesses; stamped: gives for a token and the bytes that it
    is over the time and the name of the root that vouches for it, or raises StampError (`services.anchors.stamp`).
    """

    platform: Sequence[str] = ()
    witnesses: Sequence[str] = ()
    stamped: Callable[[bytes, bytes], tuple[datetime, str]] | None = None


NOTHING = Outside()


def check_anchors(
    source: Source, signed: Signed, manifest: Manifest, verifiers: list[Verifier], outside: Outside, findings: Findings
) -> None:
    """Look at every anchor; raises Unsound for keys that cannot be used."""
    check = _Anchors(source, signed, verifiers, outside, findings)
    for anchor in manifest.anchors:
        try:
            check.look_at(anchor)
        except Unsound as error:
            findings.add(error.fault)
    for name in sorted(name for name in source.names - check.known if is_anchor(name)):
        findings.fault("unexpected_file", "The file belongs to no anchor that the manifest names.", name)
    check.say_what_is_open()


class _Anchors:
    """The anchors of one bundle; known: the files that were looked at."""

    def __init__(
        self, source: Source, signed: Signed, verifiers: list[Verifier], outside: Outside, findings: Findings
    ) -> None:
        self._source, self._signed, self._verifiers, self._findings = source, signed, verifiers, findings
        self._platform = verifiers_of(outside.platform)
        self._witnesses = verifiers_of(outside.witnesses)
        self._stamped = outside.stamped
        for one in self._witnesses:
            if one.kind != COSIGNATURE:
                raise Unsound("not_a_witness_key", f"The key of {one.name} signs notes; a witness's key cosigns them.")
        self._above = 0
        self._vouched = 0
        self._heard: set[str] = set()
        self._is_stamped = False
        self.known: set[str] = set()

    def look_at(self, anchor: Anchor) -> None:
        """One anchor, from the log's checkpoint up; raises Unsound with the first thing that is wrong."""
        if anchor.above < 1 or not anchor.tokens or not set(anchor.tokens) <= set(TOKENS):
            raise Unsound("bad_manifest", "An anchor has a head and tokens over it.", MANIFEST)
        self._above = anchor.above
        self.known |= {self._name(one) for one in (CHECKPOINT, RECORD, RECEIPT, ANCHORED, *anchor.tokens)}
        own = self._own()
        head, note = self._head()
        self._seen(own, head, note)
        if self._platform:
            self._findings.proven.append(
                f"The installation's log, its head of {head.size:,} records signed with the key that you gave, names "
                f"the first {own.size:,} records as they are."
            )
        else:
            self._open(
                f"That the installation signed the head of its own log in {self._name(ANCHORED)}", "platform-key"
            )
        if STAMP in anchor.tokens:
            self._stamp(own.size, note)
        if WITNESSED in anchor.tokens:
            self._cosigned(own.size, note)

    def say_what_is_open(self) -> None:
        """What no anchor proves."""
        open_ = self._findings.not_proven
        if not self._above:
            open_.append("That this was there before a certain time: nobody outside vouches for it in this bundle.")
        elif 0 < self._vouched < self._signed.checkpoint.size:
            open_.append(
                f"That the records from {self._vouched:,} on were there then: they are newer than the anchors."
            )
        if self._stamped is not None and not self._is_stamped:
            open_.append("What the authority that you trust would say: no time stamp is in this bundle.")
        open_.extend(
            f"That the witness {one.name} saw it: nothing that it cosigned is in this bundle."
            for one in self._witnesses
            if one.name not in self._heard
        )

    def _own(self) -> Checkpoint:
        """The log's checkpoint that was anchored, out of which the bundle's own one grew."""
        note, log = self._read(CHECKPOINT), self._signed.checkpoint
        with self._naming(CHECKPOINT):
            own = parse_checkpoint(parse_note(note).text)
            try:
                open_checkpoint(note, self._verifiers)
            except ProofError as error:
                # A key that was replaced since: the records are held to the bundle's own root all the same.
                if error.code != "no_known_signature":
                    raise
                self._findings.not_proven.append(f"Who signed {self._name(CHECKPOINT)}: not the key that you gave.")
        if own.origin != log.origin or not 0 < own.size <= log.size:
            raise self._wrong("The checkpoint is of another log, or of more records than the bundle's.", CHECKPOINT)
        if own.size < log.size:
            self._grown(own)
        elif own.root != log.root:
            raise self._wrong("The checkpoint has another root than the bundle's of the same size.", CHECKPOINT)
        return own

    def _grown(self, own: Checkpoint) -> None:
        self.known.add(self._name(CONSISTENCY))
        data, log = self._read(CONSISTENCY), self._signed.checkpoint
        with self._naming(CONSISTENCY):
            growth = parse_growth(data)
            if growth.old != own.size or growth.note != self._signed.note:
                raise self._wrong("The proof is not from the anchored checkpoint to that of the bundle.", CONSISTENCY)
            check_consistency(own.size, log.size, growth.proof, own.root, log.root)

    def _head(self) -> tuple[Checkpoint, bytes]:
        note = self._read(ANCHORED)
        with self._naming(ANCHORED):
            head = parse_checkpoint(parse_note(note).text)
            if self._platform:
                open_checkpoint(note, self._platform)
        if head.size != self._above:
            sentence = f"The head is of {head.size:,} records; one of {self._above:,} is what it is shown as."
            raise self._wrong(sentence, ANCHORED)
        return head, note

    def _seen(self, own: Checkpoint, head: Checkpoint, note: bytes) -> None:
        """That the installation's log names the checkpoint."""
        record, receipt = self._read(RECORD), self._read(RECEIPT)
        found = read(record)
        if found is None:
            raise Unsound("bad_record", "The bytes are not one JSON object in canonical form.", self._name(RECORD))
        place = (SEEN, f"platform-{self._signed.org}", log_of(head.origin))
        data = {"origin": own.origin, "size": own.size, "root": own.root.hex()}
        if (found.type, found.stream, found.org) != place or found.members() != data:
            raise self._wrong("The record does not name the checkpoint beside it.", RECORD)
        with self._naming(RECEIPT):
            proof = parse_receipt(receipt)
            if proof.checkpoint != note:
                raise self._wrong(f"The receipt is not under the head in {self._name(ANCHORED)}.", RECEIPT)
            check_inclusion(leaf_hash(record), proof.index, head.size, proof.proof, head.root)

    def _stamp(self, size: int, note: bytes) -> None:
        token = self._read(STAMP)
        says = stated(token)
        if says is None:
            raise Unsound("bad_time_stamp", "The file is no RFC 3161 time stamp over SHA-256.", self._name(STAMP))
        if says.imprint != sha256(note).digest():
            raise self._wrong(f"The time stamp is over something else than {self._name(ANCHORED)}.", STAMP)
        if self._stamped is None:
            claim = f"When the first {size:,} records were there; a time stamp says, {_at(says.time)}"
            self._open(claim, "tsa-cert")
            return
        try:
            time, root = self._stamped(token, note)
        except StampError as error:
            raise Unsound("bad_time_stamp", error.message, self._name(STAMP)) from error
        self._is_stamped = True
        self._vouch(size, f"existed before {_at(time)}, says a time-stamp authority under {root}, which you trust.")

    def _cosigned(self, size: int, note: bytes) -> None:
        data = self._read(WITNESSED)
        if not data.startswith(note):
            raise self._wrong(f"The cosigned head is not that in {self._name(ANCHORED)}.", WITNESSED)
        with self._naming(WITNESSED):
            signatures = parse_note(data).signatures
            verified = self._verified(data)
        given = signatures[len(parse_note(note).signatures) :]
        if not given or len(set(signatures)) != len(signatures):
            raise self._wrong("The head must have cosignatures, and each signature once.", WITNESSED)
        for one in given:
            if one in verified and one.time is not None and one.time < END_OF_TIME:
                self._heard.add(one.name)
                when = datetime.fromtimestamp(one.time, UTC)
                self._vouch(size, f"stand under a head that the witness {one.name} says that it saw at {_at(when)}.")
            elif one.name not in {known.name for known in self._witnesses}:
                self._open(f"That the witness {one.name[:80]} saw the first {size:,} records", "witness-key")

    def _verified(self, data: bytes) -> tuple[Signature, ...]:
        try:
            return open_note(data, self._witnesses).verified
        except ProofError as error:
            if error.code == "no_known_signature":
                return ()
            raise

    def _vouch(self, size: int, sentence: str) -> None:
        self._vouched = max(self._vouched, size)
        self._findings.proven.append(f"The first {size:,} records {sentence}")

    def _open(self, claim: str, option: str) -> None:
        self._findings.not_proven.append(f"{claim}: nothing was given to check it with (--{option}).")

    def _name(self, file: str) -> str:
        return anchor_name(self._above, file)

    def _read(self, file: str) -> bytes:
        return self._source.read(self._name(file))

    def _wrong(self, sentence: str, file: str) -> Unsound:
        return Unsound(_OTHER, sentence, self._name(file))

    def _naming(self, file: str) -> _Naming:
        return _Naming(self._name(file))


@dataclass(frozen=True)
class _Naming:
    """What is raised within about a form or a proof is a fault of this file."""

    file: str

    def __enter__(self) -> None:
        pass

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if isinstance(error, ProofError):
            raise Unsound(error.code, str(error), self.file) from error


def _at(time: datetime) -> str:
    return f"{time:%Y-%m-%d %H:%M:%S} UTC"
