"""What the bytes of records must say: one canonical JSON object each, of this log, in the order of its streams."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
import orjson

from events.proof.programmes import Membership, Memberships
from events.proof.streams import StreamHead
from services.bundles.faults import Findings

STATEMENT = "log.streams_root"
MEMBERS = frozenset(
    (
        *("actor", "data", "occurred_at", "org", "policy", "prev", "recorded_at", "salt", "schema", "stream"),
        *("stream_version", "type"),
    )
)
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", re.ASCII)
_HASH = re.compile("[0-9a-f]{64}")
_PROGRAMME = b'"programme_id"'


class Stated(msgspec.Struct, frozen=True):
    """The data of a `log.streams_root`: the size it speaks of, and the root over the heads of all streams (hex).

    programmes_root: that over all programmes; empty in the first form of the statement, which had none.
    """

    size: int
    root: str
    programmes_root: str = ""


@dataclass(frozen=True, slots=True)
class Statement:
    """A `log.streams_root` where it stands in the log."""

    position: int
    stated: Stated


class Records:
    """Follows records in the order of the log: each stream's last version and leaf hash (hex), the last time.

    The statements of the log itself are collected on the way.
    """

    def __init__(self, org: str, findings: Findings) -> None:
        self._org = org
        self._findings = findings
        self._heads: dict[str, tuple[int, str]] = {}
        self._memberships = Memberships()
        self._time = ""
        self._log = f"log-{org}"
        self.statements: list[Statement] = []

    def take(self, first: int, records: Sequence[bytes], leaves: Sequence[bytes], file: str) -> None:
        """Follow records that stand next to each other from a position on."""
        heads, org = self._heads, self._org
        for position, record, leaf in zip(range(first, first + len(records)), records, leaves, strict=True):
            found = read(record)
            if found is None:
                self._say("bad_record", "The bytes are not one JSON object in canonical form.", file, position)
                continue
            if found["org"] != org:
                self._say("foreign_record", "The record is of another organisation.", file, position)
            stream = found["stream"]
            version, prev = heads.get(stream, (0, None))
            if found["stream_version"] != version + 1 or found["prev"] != prev:
                self._broken_chain(found, version, file, position)
            if found["recorded_at"] != self._time:
                self._clock(found["recorded_at"], file, position)
            if found["type"] == STATEMENT and stream == self._log:
                self._statement(found["data"], file, position)
            heads[stream] = (found["stream_version"], leaf.hex())
            # All others name no programme, or, as a programme's own, not for the first time.
            if not version or _PROGRAMME in record:
                self._memberships.take(position, stream, found["data"])

    def head(self, stream: str) -> tuple[int, str]:
        """A stream's last version and leaf hash (hex); (0, "") when it has no record."""
        return self._heads.get(stream, (0, ""))

    def heads(self, undone: Iterable[bytes] = ()) -> Iterator[StreamHead]:
        """The heads of all streams by name, as they were before the last records, which are handed in."""
        earlier: dict[str, tuple[int, str | None]] = {}
        for document in filter(None, map(read, undone)):
            earlier.setdefault(document["stream"], (document["stream_version"] - 1, document["prev"]))
        # By code points, which is the order of the bytes in UTF-8.
        for stream in sorted(self._heads):
            version, leaf = earlier.get(stream) or self._heads[stream]
            if version and leaf is not None and _HASH.fullmatch(leaf):
                yield StreamHead(stream=stream, version=version, leaf=bytes.fromhex(leaf))

    def memberships(self, size: int) -> list[Membership]:
        """Which programmes the records before a position name, each with each of its streams."""
        return self._memberships.at(size)

    def _broken_chain(self, found: dict[str, Any], version: int, file: str, position: int) -> None:
        stream, number = found["stream"], found["stream_version"]
        if number != version + 1:
            sentence = f"Version {number} of {stream} stands where version {version + 1} belongs."
            self._say("broken_stream", sentence, file, position)
        else:
            sentence = f"Version {number} of {stream} does not name the record before it."
            self._say("broken_chain", sentence, file, position)

    def _clock(self, moment: str, file: str, position: int) -> None:
        if not _MOMENT.fullmatch(moment):
            self._say("bad_record", "recorded_at is no moment in UTC with microseconds.", file, position)
        elif moment < self._time:
            self._say("clock_back", f"Recorded at {moment}, before the record in front of it.", file, position)
        else:
            self._time = moment

    def _statement(self, data: object, file: str, position: int) -> None:
        stated = stated_in(data)
        if stated is None or stated.size > position:
            self._say("bad_record", "The log's statement on its streams does not say what it must.", file, position)
        else:
            self.statements.append(Statement(position, stated))

    def _say(self, code: str, sentence: str, file: str, position: int) -> None:
        self._findings.fault(code, sentence, file, position)


def read(record: bytes) -> dict[str, Any] | None:
    """A record's members; None when it is not in canonical form or the envelope has not the form that it must have."""
    try:
        found = orjson.loads(record)
        # Two readers may take a repeated member or another spelling differently; of this form there is one reading.
        if orjson.dumps(found, option=orjson.OPT_SORT_KEYS) != record or not found.keys() >= MEMBERS:
            return None
    except (ValueError, TypeError, AttributeError):
        return None
    stream, prev = found["stream"], found["prev"]
    sound = (
        type(stream) is str
        and stream != ""
        and "\n" not in stream
        and type(found["stream_version"]) is int
        and found["stream_version"] > 0
        and type(found["recorded_at"]) is str
        and (prev is None or (type(prev) is str and len(prev) == 64))
    )
    return found if sound else None


def stated_in(data: object) -> Stated | None:
    """The data of a `log.streams_root`; None when it has another form."""
    try:
        stated = msgspec.convert(data, Stated)
    except msgspec.ValidationError:
        return None
    if stated.size < 0 or not all(map(_HASH.fullmatch, (stated.root, stated.programmes_root or stated.root))):
        return None
    return stated
