"""How a log stands to what was signed of it, and what to do where it does not."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from events import checkpointing
from events.checkpointing import FORGOTTEN, MEMORY_LOST, Signer, has_forgotten
from events.errors import SignerRefused
from events.proof.checkpoint import open_checkpoint
from events.proof.errors import ProofError
from events.proof.notes import Verifier
from events.treestore import TreeStore
from workers.signing import Keeper

REMEDY = (
    "To go on: stop the instance; bring the database back to its newest state, from a replica or from a newer copy "
    "with its write-ahead log; then `mentorledger log resume --org {org}`, which reads every record again and lets the "
    "log take events once all are as they were signed. Or bring lost records back from another database that has them, "
    "`mentorledger log refill --from-database URL --org {org}`, or from a bundle of the whole organisation, which has "
    "no idempotency keys: `mentorledger log refill BUNDLE --org {org}`. Where they are lost for good, "
    "`mentorledger log resume --org {org} --new-origin` lets it go on under a new key, and its next record names what "
    "was signed before."
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


def forgotten(tree: TreeStore, keeper: Keeper, orgs: Iterable[UUID]) -> list[str]:
    """Say of each log of which the signer has forgotten what it signed how to tell it."""
    return [f"Log {org}: {FORGOTTEN} {_reminder(tree, keeper, org)}" for org in orgs if _lost(tree, keeper, org)]


def _lost(tree: TreeStore, keeper: Keeper, org: UUID) -> bool:
    latest = tree.latest(org)
    try:
        return has_forgotten(keeper.state(tree.origin(org)), latest)
    except SignerRefused as refused:
        if refused.code == MEMORY_LOST:
            return True
        raise


def _reminder(tree: TreeStore, keeper: Keeper, org: UUID) -> str:
    latest, keys = tree.latest(org), keeper.keys(tree.origin(org))
    tell = f"`mentorledger key remember --org {org}"
    if latest is None:
        return (
            f"The database holds no checkpoint of it either. Give the last one that somebody has, {tell} --checkpoint "
            f"FILE`, or say that none was ever given out, {tell} --nothing-signed`."
        )
    try:
        open_checkpoint(latest.note, [Verifier.of(key.vkey) for key in keys])
    except ProofError:
        return (
            f"The newest checkpoint in the database, of {latest.size:,} records, is signed by another key than the "
            "signer's: bring the .key and .memory files back from the newest copy of its folder. Where they are lost "
            f"for good, `mentorledger log resume --org {org} --new-origin`."
        )
    return (
        f"The newest checkpoint in the database is of {latest.size:,} records and signed by the signer's key: {tell}` "
        f"tells the signer of it. Where somebody holds a later one, {tell} --checkpoint FILE`. Then `mentorledger log "
        f"resume --org {org}` reads every record again and lets the log take events."
    )


def _fault(org: UUID, why: str) -> str:
    remedy = "See the check of the signer." if why == FORGOTTEN else REMEDY.format(org=org)
    return f"Log {org}: {why} {remedy}"
