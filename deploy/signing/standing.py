"""How a log stands to what was signed of it, and what to do where it does not."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from events import checkpointing
from events.checkpointing import Signer
from events.treestore import TreeStore

REMEDY = (
    "To go on: stop the instance; bring the database back to its newest state, from a replica or from a newer copy "
    "with its write-ahead log; then `mentorledger log resume --org {org}`, which reads every record again and lets the "
    "log take events once all are as they were signed. Or bring lost records back from another database that has them, "
    "`mentorledger log refill --from-database URL --org {org}`, or from a bundle of the whole organisation, which has "
    "no idempotency keys: `mentorledger log refill BUNDLE --org {org}`. Where they are lost for good, `mentorledger log "
    "resume --org {org} --new-origin` lets it go on under a new key, and its next record names what was signed before."
)


@dataclass(frozen=True, kw_only=True)
class Standing:
    """A log's origin and size, how much of it the signer has signed, and why it is halted, if it is."""

    org: UUID
    origin: str
    size: int
    signed: int
    halted: str | None


def standing(tree: TreeStore, signer: Signer, org: UUID) -> Standing:
    """Ask both sides. Raises SignerUnavailable, SignerRefused."""
    # In this order: what was signed was there before, so that a log that is shorter did go back.
    origin = tree.origin(org)
    signed = signer.state(origin).size
    return Standing(org=org, origin=origin, size=tree.size(org), signed=signed, halted=tree.halted(org))


def halted(tree: TreeStore, orgs: Iterable[UUID]) -> list[str]:
    """Say of each log that takes nothing why that is, and what to do."""
    found = ((org, tree.halted(org)) for org in orgs)
    return [_fault(org, why) for org, why in found if why]


def gone_back(tree: TreeStore, signer: Signer, orgs: Iterable[UUID]) -> list[str]:
    """Say of each log that is shorter than what was signed of it what to do, be it halted yet or not."""
    found = (standing(tree, signer, org) for org in orgs)
    return [_fault(one.org, checkpointing.gone_back(one.size, one.signed)) for one in found if one.size < one.signed]


def _fault(org: UUID, why: str) -> str:
    return f"Organisation {org}: {why} {REMEDY.format(org=org)}"
