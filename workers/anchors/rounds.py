"""The hourly round: note, sign, have it vouched for, and tell each organisation's log about it.

Each step finds by itself what is left to do, so a round may end anywhere and be run again. A server that fails is asked
again in the next round, whose pause is shorter than the hour. No append waits for any of it.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from uuid import UUID

from events.errors import LogHalted, SignerRefused, SignerUnavailable
from events.organisations import platform_log
from events.proof.tree import consistency_proof
from events.subjects.log import Anchored
from events.subjects.platform import AnchorGiven
from events.treestore import StoredCheckpoint
from projections.effects import DONE, FAILED
from projections.subjects.platform import Given, PlatformState
from services.anchors.evidence import given_by
from services.anchors.tokens import token_bytes
from services.pipeline import Fact
from services.streams import log_stream
from workers.anchors.errors import AnchorError, HistoryDisputed
from workers.anchors.platform import ACTOR, note_checkpoints, seen_by, signed_head
from workers.anchors.targets import Ask, Target, all_of
from workers.context import Context
from workers.mail.about import Text
from workers.mail.message import compose, message_id
from workers.reminders.delivery import Retries, deliver

EVERY = timedelta(hours=1)
ROUND = timedelta(minutes=10)
"""The pause between two rounds."""
_WHAT_TO_DO = (
    "Either history was changed in the database, or database and signer were both restored from older copies. Keep "
    "both as they are, run `mentorledger doctor`, and bring the missing records back from a replica or an export."
)
_log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Round:
    """What came of a round: the size that was to be vouched for, and each place's error (None: it vouches)."""

    size: int
    places: dict[str, AnchorError | None]


def anchor_round(context: Context, now: datetime, every: timedelta = EVERY) -> Round | None:
    """Do what is left to do; None when there is nothing to vouch for, or somebody else is at it.

    every: how old the last checkpoint must be before another one is made. Raises SignerUnavailable, SignerRefused,
    LogHalted.
    """
    if not context.anchors or context.signer is None:
        return None
    platform = platform_log(context.engine)
    with context.effects.hold(platform, "anchors", now) as hold:
        if hold is None:
            return None
        last = context.tree.latest(platform)
        if last is None or now - last.signed_at >= every:
            note_checkpoints(context, platform, now)
        head = signed_head(context, platform)
        if head is None:
            return None
        asked = all_of(context.anchors, context.mail, context.sender)
        places = {target.place: _vouched(context, platform, head, target, now) for target in asked}
        _tell(context, platform, head, now)
    return Round(size=head.size, places=places)


def anchors_of(context: Context, platform: UUID) -> dict[str, Given]:
    """The newest anchor of each place."""
    return given_by(context.queries, platform)


def _vouched(
    context: Context, platform: UUID, head: StoredCheckpoint, target: Target, now: datetime
) -> AnchorError | None:
    """Have one target vouch for the head, unless it does; what went wrong is kept for the operator to see."""
    last = anchors_of(context, platform).get(target.place)
    if last is not None and last.size == head.size:
        return None
    key = f"anchor/{target.place}"
    context.effects.begin(platform, key, now)
    try:
        token = target.give(_ask(context, platform, head, now), 0 if last is None else last.size)
    except AnchorError as error:
        context.effects.settle(platform, key, FAILED, note=f"{error.code}: {error.message}")
        if isinstance(error, HistoryDisputed):
            _alarm(context, platform, f"dispute/{target.place}/{head.size}", error, now)
        return error
    data = AnchorGiven(kind=target.kind, place=target.place, size=head.size, root=head.root.hex(), token=token)
    context.pipeline.record(platform, [Fact(stream=f"platform-{platform}", data=data, occurred_at=now)], actor=ACTOR)
    context.effects.settle(platform, key, DONE)
    return None


def _alarm(context: Context, platform: UUID, key: str, error: HistoryDisputed, now: datetime) -> None:
    """Tell those who run the installation, once for each head that is disputed."""
    if context.alerts is None:
        return
    to, identity = ("operator", context.alerts), message_id(platform, key, context.sender)
    text = Text("A witness disputes the log", (error.message, _WHAT_TO_DO))
    deliver(
        context,
        platform,
        key,
        {one.key: one for one in context.effects.below(platform, "dispute")}.get(key),
        lambda: compose(to=to, sender=context.sender, text=text, identity=identity, now=now),
        now=now,
        retries=Retries(),
    )


def _ask(context: Context, platform: UUID, head: StoredCheckpoint, now: datetime) -> Ask:
    hash_at = context.tree.hash_at(platform, head.size)
    return Ask(
        log=platform,
        note=head.note,
        proof_from=lambda old: consistency_proof(old, head.size, hash_at),
        now=now,
    )


def _tell(context: Context, platform: UUID, head: StoredCheckpoint, now: datetime) -> None:
    """Record in the log of each organisation under the head that outsiders have vouched for it."""
    given = {one.kind: one for one in anchors_of(context, platform).values() if one.size == head.size}
    for org, seen in seen_by(context, platform).items():
        try:
            _note(context, org, seen.state, given, now)
        except LogHalted as error:
            _log.warning("The anchors of organisation %s are not noted in its log: %s", org, error)
        except (SignerRefused, SignerUnavailable):
            raise
        except Exception:  # noqa: BLE001  # one organisation's failure never stops another's work
            _log.exception("The anchors of organisation %s could not be noted; it is tried again.", org)


def _note(context: Context, org: UUID, seen: PlatformState, given: dict[str, Given], now: datetime) -> None:
    known = context.queries.one(org, log_stream(org))
    noted = {} if known is None else known.state.anchored
    facts = [
        Fact(
            stream=log_stream(org),
            data=Anchored(
                kind=kind, size=seen.size, root=seen.root, token_sha256=sha256(token_bytes(kind, one.token)).hexdigest()
            ),
            occurred_at=now,
        )
        for kind, one in given.items()
        if kind not in noted or noted[kind].size < seen.size
    ]
    if facts:
        context.pipeline.record(org, facts, actor=ACTOR)
