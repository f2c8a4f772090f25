"""What the bytes of records must say: one canonical JSON object each, of this log, in the order of its streams."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import msgspec

from events.proof.programmes import Membership, Memberships
from events.proof.streams import head_data
from events.proof.tree import Edge, leaf_hash
from services.bundles.envelope import Record, is_moment, read
from services.bundles.faults import Findings
from services.bundles.layout import Head

STATEMENT = "log.streams_root"
CONTINUED = "log.continued"
_HASH = re.compile("[0-9a-f]{64}")
_PROGRAMME = b'"programme_id"'
_OF_THE_LOG = frozenset((STATEMENT, CONTINUED))


class Stated(msgspec.Struct, frozen=True):
    """The data of a `log.streams_root`: the size it speaks of, and the root over the heads of all streams (hex).

    programmes_root: that over all programmes; empty in the first form of the statement, which had none.
    """

    size: int
    root: str
    programmes_root: str = ""


class Continued(msgspec.Struct, frozen=True):
    """The data of a `log.continued` that matter here: how many records were signed under the origin before."""

    old_origin: str
    size: int


@dataclass(frozen=True, slots=True)
class Statement:
    """A `log.streams_root` where it stands in the log."""

    position: int
    stated: Stated


class Records:
    """Follows records in the order of the log: each stream's last version and leaf hash (hex), the last time.

    The statements of the log itself are collected on the way, and where it goes on under a new origin.
    """

    def __init__(self, org: str, findings: Findings) -> None:
        self._org = org
        self._findings = findings
        self._heads: dict[str, tuple[int, str]] = {}
        self._touched: set[str] = set()
        self._ends: dict[str, bytes] = {}
        self._names: list[str] = []
        self._memberships = Memberships()
        self._time = ""
        self._log = f"log-{org}"
        self.statements: list[Statement] = []
        self.continued: list[tuple[int, Continued]] = []

    def take(self, first: int, records: Sequence[bytes], leaves: Sequence[bytes], file: str) -> None:
        """Follow records that stand next to each other from a position on."""
        heads, org, touch = self._heads, self._org, self._touched.add
        for position, record, leaf in zip(range(first, first + len(records)), records, leaves, strict=True):
            found = read(record)
            if found is None:
                self._say("bad_record", "The bytes are not one JSON object in canonical form.", file, position)
                continue
            if found.org != org:
                self._say("foreign_record", "The record is of another organisation.", file, position)
            stream = found.stream
            version, prev = heads.get(stream, (0, None))
            if found.stream_version != version + 1 or found.prev != prev:
                self._broken_chain(found, version, file, position)
            if found.recorded_at != self._time:
                self._clock(found.recorded_at, file, position)
            if found.type in _OF_THE_LOG:
                self._of_the_log(found, file, position)
            heads[stream] = (found.stream_version, leaf.hex())
            touch(stream)
            # All others name no programme, or, as a programme's own, not for the first time.
            if not version or _PROGRAMME in record:
                self._memberships.take(position, stream, found.members())

    @property
    def streams(self) -> int:
        """How many streams there are."""
        return len(self._heads)

    def head(self, stream: str) -> tuple[int, str]:
        """A stream's last version and leaf hash (hex); (0, "") when it has no record."""
        return self._heads.get(stream, (0, ""))

    def heads(self, undone: Iterable[bytes] = ()) -> Iterator[Head]:
        """The heads of all streams by name, as they were before the last records, which are handed in."""
        earlier = self._earlier(undone)
        # By code points, which is the order of the bytes in UTF-8.
        for stream in sorted(self._heads):
            version, leaf = earlier.get(stream) or self._heads[stream]
            if _is_head(version, leaf):
                yield Head(stream=stream, version=version, leaf=leaf)

    def streams_root(self, undone: Iterable[bytes] = ()) -> bytes:
        """The root over these heads; only what was touched since it was asked last is hashed again."""
        for stream in self._touched:
            self._ends[stream] = _end(stream, *self._heads[stream])
        self._touched.clear()
        if len(self._ends) != len(self._names):
            self._names = sorted(self._ends)
        ends = self._ends
        if earlier := self._earlier(undone):
            ends = ends | {stream: _end(stream, *head) for stream, head in earlier.items()}
        edge = Edge()
        edge.extend([end for stream in self._names if (end := ends[stream])])
        return edge.root()

    def memberships(self, size: int) -> list[Membership]:
        """Which programmes the records before a position name, each with each of its streams."""
        return self._memberships.at(size)

    def programmes_root(self, size: int) -> bytes:
        """The root over these."""
        return self._memberships.root(size)

    def _earlier(self, undone: Iterable[bytes]) -> dict[str, tuple[int, str]]:
        earlier: dict[str, tuple[int, str]] = {}
        for document in filter(None, map(read, undone)):
            earlier.setdefault(document.stream, (document.stream_version - 1, document.prev or ""))
        return earlier

    def _broken_chain(self, found: Record, version: int, file: str, position: int) -> None:
        stream, number = found.stream, found.stream_version
        if number != version + 1:
            sentence = f"Version {number} of {stream} stands where version {version + 1} belongs."
            self._say("broken_stream", sentence, file, position)
        else:
            sentence = f"Version {number} of {stream} does not name the record before it."
            self._say("broken_chain", sentence, file, position)

    def _clock(self, moment: str, file: str, position: int) -> None:
        if not is_moment(moment):
            self._say("bad_record", "recorded_at is no moment in UTC with microseconds.", file, position)
        elif moment < self._time:
            self._say("clock_back", f"Recorded at {moment}, before the record in front of it.", file, position)
        else:
            self._time = moment

    def _of_the_log(self, found: Record, file: str, position: int) -> None:
        """What the log says of itself, in a stream of its own alone."""
        stated = stated_in(found.members())
        if found.stream != self._log:
            self._say("bad_record", f"{found.type} stands in {found.stream}, not in the log's own.", file, position)
        elif found.type == CONTINUED:
            self._continued(found.members(), file, position)
        elif stated is None or stated.size > position:
            self._say("bad_record", "The log's statement on its streams does not say what it must.", file, position)
        else:
            self.statements.append(Statement(position, stated))

    def _continued(self, data: object, file: str, position: int) -> None:
        try:
            self.continued.append((position, msgspec.convert(data, Continued)))
        except msgspec.ValidationError:
            self._say("bad_record", "The log does not say what it was continued from.", file, position)

    def _say(self, code: str, sentence: str, file: str, position: int) -> None:
        self._findings.fault(code, sentence, file, position)


def _is_head(version: int, leaf: str) -> bool:
    return version > 0 and _HASH.fullmatch(leaf) is not None


def _end(stream: str, version: int, leaf: str) -> bytes:
    """The leaf of the tree of streams; empty where the stream has no head."""
    return leaf_hash(head_data(stream, version, leaf)) if _is_head(version, leaf) else b""


def stated_in(data: object) -> Stated | None:
    """The data of a `log.streams_root`; None when it has another form."""
    try:
        stated = msgspec.convert(data, Stated)
    except msgspec.ValidationError:
        return None
    if stated.size < 0 or not all(map(_HASH.fullmatch, (stated.root, stated.programmes_root or stated.root))):
        return None
    return stated
