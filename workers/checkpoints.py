"""Have logs signed: tiles, streams root and checkpoint of one organisation; the comparison with the signer's memory."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from events.checkpointing import checkpoint, halt_if_gone_back
from events.errors import LogHalted
from events.organisations import organisations
from events.treestore import StoredCheckpoint
from services.streams import streams_root_due, take_streams_root
from workers.context import Context

ACTOR = "worker:checkpoint"


def make_checkpoint(context: Context, org: UUID, now: datetime) -> StoredCheckpoint | None:
    """Have the log signed as it is, with a new streams root in it when one is due; None when there was nothing to do.

    That is so without a signer, and once the log is halted. Raises SignerUnavailable, SignerRefused.
    """
    if context.signer is None:
        return None
    try:
        if streams_root_due(context.log, org, now):
            take_streams_root(context.pipeline, context.tree, org, now, actor=ACTOR)
        return checkpoint(context.tree, context.signer, org)
    except LogHalted:  # it was said in the log file when it was halted
        return None


def halt_what_went_back(context: Context) -> list[UUID]:
    """Compare every log's size with the signer's memory; those that were halted. Raises SignerUnavailable.

    For the start of an instance: a database that was restored from an older copy is found before anybody writes to it.
    """
    signer = context.signer
    if signer is None:
        return []
    return [org for org in organisations(context.engine) if halt_if_gone_back(context.tree, signer, org)]
