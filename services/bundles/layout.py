"""Which files a bundle has, and how long each may be at most.

A bundle is a C2SP tlog-tiles directory (checkpoint, tile/) with more beside it. A whole log has `tile/entries/` and
`streams.ndjson`; a part of one has `records/<position>`, `receipts/<position>.tlog-proof` and `streams/<stream>.json`,
that of a programme also `programme.json`.
`anchors/<size>/` holds what others say of a head of the installation's log, and what leads to it from this one.
"""

from __future__ import annotations

import re
from typing import Final, TypeVar

import msgspec

from events.errors import InvalidRecord
from events.proof.errors import ProofError
from events.proof.tiles import MAX_RECORD, WIDTH, Tile, parse_path
from events.record import canonical
from services.anchors import files

FORMAT: Final = "mentorledger-bundle/1"
CHECKPOINT, MANIFEST, README, STREAMS = "checkpoint", "manifest.json", "README.txt", "streams.ndjson"
PROGRAMME: Final = "programme.json"
CONSISTENCY: Final = "consistency"
T = TypeVar("T", bound=msgspec.Struct)
_NOTE, _DOCUMENT, _HASH, _LENGTH = 1_000_000, 1_000_000, 32, 2
_FIXED = {CHECKPOINT: _NOTE, MANIFEST: _DOCUMENT, README: _DOCUMENT, STREAMS: 2**40, PROGRAMME: 2**26}
_ANCHORS = frozenset((files.CHECKPOINT, files.RECORD, files.RECEIPT, files.ANCHORED, *files.TOKENS, CONSISTENCY))
_RECORD = re.compile(r"records/(0|[1-9][0-9]{0,15})")
_RECEIPT = re.compile(r"receipts/(0|[1-9][0-9]{0,15})\.tlog-proof")
_STREAM = re.compile(r"streams/([a-z][a-z-]*-[0-9a-f-]{36})\.json")
_ANCHOR = re.compile(r"anchors/[1-9][0-9]{0,15}/([a-z.-]+)")
_SCHEMA = re.compile(r"schemas/[a-z_]+\.[a-z_]+\.json")


class Scope(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a bundle is about: an organisation, a programme or a relationship, by its id."""

    kind: str
    id: str


class Statement(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where the log says how every stream ended: position of the `log.streams_root`, and the size that it speaks of."""

    position: int
    size: int


class Anchor(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A head of the installation's log that others vouch for: its size, and the files of what they gave."""

    above: int
    tokens: tuple[str, ...]


class Manifest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a bundle says of itself. Nobody signed it: a check holds every word of it against the log."""

    format: str
    origin: str
    scope: Scope
    size: int
    streams_root: Statement | None
    anchors: tuple[Anchor, ...] = ()


class Head(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A line of `streams.ndjson`: a stream's last version and the leaf hash (hex) of its last record."""

    stream: str
    version: int
    leaf: str


def encoded(document: msgspec.Struct) -> bytes:
    """The bytes of a document of a bundle: canonical JSON and a line feed."""
    return canonical(msgspec.to_builtins(document)) + b"\n"


def decoded(data: bytes, form: type[T]) -> T:
    """A document; raises msgspec.DecodeError where it is none, or written so that it could be read in two ways."""
    document = msgspec.json.decode(data, type=form)
    try:
        is_exact = encoded(document) == data
    except InvalidRecord:
        is_exact = False
    if not is_exact:
        raise msgspec.DecodeError("a member is there twice, or something is written otherwise than an export writes it")
    return document


def head_line(head: Head) -> bytes:
    """A line of `streams.ndjson`."""
    return msgspec.json.encode(head, order="sorted") + b"\n"


def record_name(position: int) -> str:
    """The file of a record's exact bytes."""
    return f"records/{position}"


def receipt_name(position: int) -> str:
    """The file of a record's receipt (C2SP tlog-proof)."""
    return f"receipts/{position}.tlog-proof"


def stream_name(stream: str) -> str:
    """The file that proves how a stream ended."""
    return f"streams/{stream}.json"


def anchor_name(above: int, file: str) -> str:
    """A file of the evidence under the installation's head of a size (`services.anchors.files`, or `CONSISTENCY`)."""
    return f"anchors/{above}/{file}"


def is_anchor(name: str) -> bool:
    """Whether it is the name of such a file."""
    found = _ANCHOR.fullmatch(name)
    return found is not None and found[1] in _ANCHORS


def record_position(name: str) -> int | None:
    """The position of a record's file; None for another file."""
    found = _RECORD.fullmatch(name)
    return int(found[1]) if found else None


def receipt_position(name: str) -> int | None:
    """The position of a receipt's file; None for another file."""
    found = _RECEIPT.fullmatch(name)
    return int(found[1]) if found else None


def stream_of(name: str) -> str | None:
    """The stream of a stream's proof; None for another file."""
    found = _STREAM.fullmatch(name)
    return found[1] if found else None


def limit_of(name: str) -> int | None:
    """The most bytes that a file may have; None for what is no part of a bundle."""
    if name in _FIXED:
        return _FIXED[name]
    if record_position(name) is not None:
        return MAX_RECORD
    if receipt_position(name) is not None:
        return 2 * _NOTE
    if is_anchor(name):
        return 2 * _NOTE
    if stream_of(name) or _SCHEMA.fullmatch(name):
        return _DOCUMENT
    return _limit_of_tile(name)


def _limit_of_tile(name: str) -> int | None:
    try:
        tile = parse_path(name)
    except ProofError:
        return None
    return WIDTH * (_HASH if isinstance(tile, Tile) else MAX_RECORD + _LENGTH)
