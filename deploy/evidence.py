"""What an auditor needs to check when an organisation's log was vouched for, as files; no key is among them."""

from uuid import UUID

from deploy.errors import DeployError
from events.organisations import known_platform_log
from services.anchors.evidence import Vouchers
from services.anchors.tokens import MAIL, TSA, WITNESS
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
    found = Vouchers(platform, context.log, context.tree, context.queries).newest(org)
    if found is None:
        raise DeployError("not_anchored", "Nobody vouches for this organisation's newest checkpoint yet.")
    lines = [_SAYS[one.kind].format(place=place, at=one.at, token=one.token) for place, one in found.given.items()]
    told = README.format(origin=found.origin, size=found.size, anchors="".join(f"{line}\n" for line in lines))
    return {"README.txt": told.encode(), **found.files}
