"""What leads from an organisation's checkpoint to those who vouch for it, as files: the same in a bundle and alone.

They vouch for the installation's own log, which notes the checkpoints of all organisations.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from events.log import Log
from events.proof.checkpoint import number_of
from events.proof.receipts import Receipt
from events.proof.tree import inclusion_proof
from events.subjects.platform import CheckpointSeen
from events.treestore import TreeStore
from projections.queries import Queries
from projections.subjects.platform import Given, PlatformState
from services.anchors.files import ANCHORED, CHECKPOINT, RECEIPT, RECORD, STAMP, WITNESSED
from services.anchors.tokens import TSA, WITNESS, token_bytes


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """Of one head of the installation's log, which has `above` records.

    origin and size: of the organisation's checkpoint under it; given: who vouches for the head, by place; files: name
    -> content, `witnessed` and `time-stamp.tsr` only where there is such a token.
    """

    above: int
    origin: str
    size: int
    given: dict[str, Given]
    files: dict[str, bytes]


class Vouchers:
    """Finds the evidence; platform: the installation's own log, None where there is none yet."""

    def __init__(self, platform: UUID | None, log: Log, tree: TreeStore, queries: Queries) -> None:
        self._platform, self._log, self._tree, self._queries = platform, log, tree, queries

    def newest(self, org: UUID) -> Evidence | None:
        """The evidence under the newest head that anybody vouches for, mailboxes among them."""
        last = self._tree.latest(org)
        given = {} if self._platform is None else given_by(self._queries, self._platform)
        if last is None or not given:
            return None
        return self._evidence(org, last.origin, last.size, max(one.size for one in given.values()), given)

    def under(self, org: UUID, origin: str, size: int) -> list[Evidence]:
        """The evidence for a log up to a size, by the size of the head above it: one or two, or none.

        One is under the newest head that has a time stamp, one under the newest that has cosignatures; both may be the
        same. The answer depends on what the installation's log has noted, and on nothing else.
        """
        given = {} if self._platform is None else given_by(self._queries, self._platform)
        newest = {max((one.size for one in given.values() if one.kind == kind), default=0) for kind in (TSA, WITNESS)}
        found = (self._evidence(org, origin, size, above, given) for above in sorted(newest - {0}))
        return [one for one in found if one is not None]

    def _evidence(self, org: UUID, origin: str, size: int, above: int, given: dict[str, Given]) -> Evidence | None:
        assert self._platform is not None, "somebody vouches for it"
        head = self._tree.checkpoint(self._platform, above)
        seen = self._seen(self._platform, org, origin, size, above)
        own = None if seen is None else self._tree.checkpoint(org, seen[1].size, number_of(origin))
        if head is None or seen is None or own is None:
            return None
        position, data = seen
        record = self._log.record_bytes(self._platform, position)
        assert record is not None, "it was read before"
        proof = inclusion_proof(position, above, self._tree.hash_at(self._platform, above))
        valid = {place: given[place] for place in sorted(given) if given[place].size == above}
        files = {
            CHECKPOINT: own.note,
            RECORD: record,
            RECEIPT: Receipt(position, proof, head.note).to_bytes(),
            ANCHORED: head.note,
            **dict(_tokens(valid, head.note)),
        }
        return Evidence(above=above, origin=origin, size=data.size, given=valid, files=files)

    def _seen(self, platform: UUID, org: UUID, origin: str, size: int, above: int) -> tuple[int, CheckpointSeen] | None:
        """The newest checkpoint of the log that the head covers no larger than the size; where it stands."""
        found = None
        for one in self._log.read_stream(platform, f"platform-{org}", upto_position=above - 1):
            if isinstance(one.data, CheckpointSeen) and one.data.origin == origin and one.data.size <= size:
                found = one.position, one.data
        return found


def given_by(queries: Queries, platform: UUID) -> dict[str, Given]:
    """The newest anchor of each place, by what the installation's log says."""
    found = queries.one(platform, f"platform-{platform}")
    state: PlatformState = PlatformState() if found is None else found.state
    return state.anchors


def _tokens(given: dict[str, Given], note: bytes) -> Iterator[tuple[str, bytes]]:
    by_kind: dict[str, list[bytes]] = {}
    for one in given.values():
        by_kind.setdefault(one.kind, []).append(token_bytes(one.kind, one.token))
    if WITNESS in by_kind:
        yield WITNESSED, note + b"".join(by_kind[WITNESS])
    if TSA in by_kind:
        yield STAMP, by_kind[TSA][-1]
