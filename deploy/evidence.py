"""What an auditor needs to check when an organisation's log was vouched for, as files; no key is among them."""

from uuid import UUID

from deploy.errors import DeployError
from events.organisations import known_platform_log
from events.proof.checkpoint import number_of
from events.proof.receipts import Receipt
from events.proof.tree import inclusion_proof
from projections.subjects.platform import Given
from workers.anchors.platform import seen_by
from workers.anchors.rounds import anchors_of
from workers.anchors.targets import MAIL, TSA, WITNESS, token_bytes
from workers.context import Context

README = """\
Who vouches for the log {origin}

checkpoint          its head of {size} records, signed with its own key
record              the record of the installation's log that names this head
record.tlog-proof   the receipt of that record: it is in the installation's log (C2SP tlog-proof)
anchored            the head of the installation's log, signed with the installation's key
{anchors}
Check, with programs that are not ours and keys from elsewhere than this folder:

1. record names the origin, size and root (in hex; in the checkpoint it is base64) of checkpoint.
2. record.tlog-proof ends with anchored, and its index and hashes lead from record to the root in it: any program that
   reads C2SP tlog-proof, or aics-tlog verify-inclusion --leaf record with that index and those hashes.
3. Each time stamp: openssl ts -verify -data anchored -in time-stamp.tsr -CAfile ROOTS
4. Each cosignature in witnessed: aics-tlog verify-checkpoint --note witnessed --witness-key KEY

So the first {size} records of the log were there, as they are, at the time that the others vouch for.
"""
_SAYS = {
    TSA: "time-stamp.tsr      an RFC 3161 time stamp of anchored, by {place}, {at:%Y-%m-%d %H:%M} UTC",
    WITNESS: "witnessed           anchored, cosigned by {place}",
    MAIL: "(a mail)            anchored was sent to {place} on {at:%Y-%m-%d %H:%M} UTC; Message-ID {token}",
}


def evidence_for(context: Context, org: UUID) -> dict[str, bytes]:
    """Return the files by name. Raises DeployError `not_anchored`."""
    platform = known_platform_log(context.engine)
    given = anchors_of(context, platform) if platform else {}
    seen = seen_by(context, platform).get(org) if platform else None
    size = max((one.size for one in given.values()), default=0)
    head = context.tree.checkpoint(platform, size) if platform else None
    if platform is None or seen is None or head is None or seen.position >= size:
        raise DeployError("not_anchored", "Nobody vouches for this organisation's newest checkpoint yet.")
    own = context.tree.checkpoint(org, seen.state.size, number_of(seen.state.origin))
    record = context.log.record_bytes(platform, seen.position)
    assert own is not None, "it was signed before it was noted"
    assert record is not None, "the state was folded from it"
    valid = {place: one for place, one in given.items() if one.size == size}
    proof = inclusion_proof(seen.position, size, context.tree.hash_at(platform, size))
    lines = [_SAYS[one.kind].format(place=place, at=one.at, token=one.token) + "\n" for place, one in valid.items()]
    told = README.format(origin=seen.state.origin, size=seen.state.size, anchors="".join(lines))
    return {
        "README.txt": told.encode(),
        "checkpoint": own.note,
        "record": record,
        "record.tlog-proof": Receipt(seen.position, proof, head.note).to_bytes(),
        "anchored": head.note,
        **_tokens(valid, head.note),
    }


def _tokens(given: dict[str, Given], note: bytes) -> dict[str, bytes]:
    by_kind: dict[str, list[bytes]] = {}
    for one in given.values():
        by_kind.setdefault(one.kind, []).append(token_bytes(one.kind, one.token))
    stamps = {"time-stamp.tsr": by_kind[TSA][-1]} if TSA in by_kind else {}
    return stamps | ({"witnessed": note + b"".join(by_kind[WITNESS])} if WITNESS in by_kind else {})
