"""How a log stands to what was signed of it, and what to do where it does not."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Engine

from events import checkpointing
from events.checkpointing import ASK, FORGOTTEN, MEMORY_LOST, Signer, has_forgotten
from events.errors import SignerRefused
from events.organisations import known_platform_log, organisations
from events.proof.checkpoint import open_checkpoint
from events.proof.errors import ProofError
from events.proof.notes import Verifier
from events.treestore import TreeStore
from workers.signing import Keeper

REMEDY = """\
There are three ways to go on:
- Stop the instance and bring the database back to its newest state, from a replica or from a newer copy with its \
write-ahead log. Then this reads every record again and lets the log take events once all are as they were signed:
    mentorledger log resume --org {org}
- Bring lost records back from another database that has them, or from a bundle of the whole organisation, which has \
no idempotency keys:
    mentorledger log refill --org {org} --from-database URL
    mentorledger log refill --org {org} BUNDLE
- Where they are lost for good, stop the instance and let the log go on under a new key; its next record names what \
was signed before:
    mentorledger log resume --org {org} --new-origin"""


@dataclass(frozen=True, kw_only=True)
class Standing:
    """A log's origin and size, how much of it was signed (None: the signer forgot), and why it is halted, if it is."""

    org: UUID
    origin: str
    size: int
    signed: int | None
    halted: str | None


def standing(tree: TreeStore, signer: Signer, org: UUID) -> Standing:
    """Ask both sides. Raises SignerUnavailable."""
    # In this order: what was signed was there before, so that a log that is shorter did go back.
    origin = tree.origin(org)
    try:
        signed = signer.state(origin).size
    except SignerRefused as refused:
        if refused.code != MEMORY_LOST:
            raise
        signed = None
    return Standing(org=org, origin=origin, size=tree.size(org), signed=signed, halted=tree.halted(org))


def logs(engine: Engine) -> list[UUID]:
    """Every log: those of the organisations, and the installation's own one, if there is one."""
    platform = known_platform_log(engine)
    return [*organisations(engine), *([platform] if platform else [])]


def halted(tree: TreeStore, orgs: Iterable[UUID]) -> list[str]:
    """Say of each log that takes nothing why that is, and what to do."""
    found = ((org, tree.halted(org)) for org in orgs)
    return [_fault(org, why) for org, why in found if why]


def gone_back(tree: TreeStore, signer: Signer, orgs: Iterable[UUID]) -> list[str]:
    """Say of each log that is shorter than what was signed of it what to do, where `halted` does not say it."""
    found = (standing(tree, signer, org) for org in orgs)
    return [_gone_back(one, one.signed) for one in found if one.signed is not None and one.size < one.signed]


def forgotten(tree: TreeStore, keeper: Keeper, orgs: Iterable[UUID]) -> list[str]:
    """Say of each log of which the signer has forgotten what it signed how to tell it."""
    why = _without_advice(FORGOTTEN)
    return [f"Log {org}: {why} {_reminder(tree, keeper, org)}" for org in orgs if _lost(tree, keeper, org)]


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


def _gone_back(one: Standing, signed: int) -> str:
    if one.halted is None:
        return _fault(one.org, checkpointing.gone_back(one.size, signed))
    return f"Log {one.org} is halted, {signed - one.size:,} signed records are missing. See the check of the logs."


def _fault(org: UUID, why: str) -> str:
    said = f"Log {org}: {_without_advice(why)}"
    return f"{said} See the check of the signer." if why == FORGOTTEN else f"{said}\n{REMEDY.format(org=org)}"


def _without_advice(why: str) -> str:
    return f"{why.removesuffix(ASK)}." if why.endswith(ASK) else why
