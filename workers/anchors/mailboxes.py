"""The mailboxes that an organisation names: each gets the log's own checkpoint, once an hour while there is news.

The addresses stand in the organisation's log and in the mail. Elsewhere (effects, notes about the log, log files) a
mailbox is called by its hash, or not at all.
"""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from uuid import UUID

from events.errors import VersionConflict
from events.organisations import known_platform_log, organisations
from events.subjects.log import Anchored
from events.treestore import StoredCheckpoint
from projections.effects import FAILED
from projections.subjects.log import Head
from projections.subjects.organisation import OrganisationState
from services.anchors.tokens import MAIL
from services.pipeline import Fact
from services.streams import log_stream
from workers.anchors.letter import letter
from workers.anchors.platform import ACTOR, has_news
from workers.context import Context
from workers.mail.errors import MailError
from workers.mail.message import message_id

SECONDS = 600.0
"""After so many a round begins with no further organisation: a silent mail server costs a quarter minute per mail."""
ATTEMPTS = 3
_EFFECT = "anchor"
_log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Mailbox:
    """One that is named: its newest mail (None: none yet), and why the last try failed (empty: it did not)."""

    address: str
    place: str
    last: Head | None
    fault: str


@dataclass(frozen=True, kw_only=True)
class Mailed:
    """What came of the mails of one organisation in a round: the size of the log, and how many went and failed."""

    size: int
    sent: int
    failed: int


@dataclass(frozen=True, kw_only=True)
class _Enclosed:
    """What the mails of a round hold: the checkpoint, and that of the installation's log, where it covers this one."""

    name: str
    head: StoredCheckpoint
    above: bytes | None


def mail_checkpoints(context: Context, now: datetime, every: timedelta) -> dict[UUID, Mailed]:
    """Send what is due, of all organisations; those for which there was something to do.

    every: the pause between two mails to a mailbox. What failed is tried again, after everybody else's.
    """
    done: dict[UUID, Mailed] = {}
    end = time.monotonic() + SECONDS
    for org in sorted(organisations(context.engine), key=lambda one: bool(_tries(context, one))):
        if time.monotonic() > end:
            _log.warning("The mail server is too slow: further checkpoints are mailed in the next round.")
            break
        try:
            mailed = _mail(context, org, now, every)
        except Exception:  # noqa: BLE001  # one organisation's failure never stops another's work
            _log.exception("The checkpoint of organisation %s could not be mailed; it is tried again.", org)
        else:
            done |= {} if mailed is None else {org: mailed}
    return done


def mailboxes(context: Context, org: UUID) -> list[Mailbox]:
    """The mailboxes that an organisation names, in its order."""
    found = context.queries.one(org, log_stream(org))
    mailed: dict[str, Head] = {} if found is None else found.state.mailed
    tries = _tries(context, org)
    places = [(one, place_of(one)) for one in _organisation(context, org).anchor_mail]
    return [
        Mailbox(address=address, place=place, last=mailed.get(place), fault=tries.get(place, ""))
        for address, place in places
    ]


def place_of(address: str) -> str:
    """What a mailbox is called where its address does not belong."""
    return sha256(address.lower().encode()).hexdigest()


def _mail(context: Context, org: UUID, now: datetime, every: timedelta) -> Mailed | None:
    named = mailboxes(context, org)
    for place in _tries(context, org).keys() - {one.place for one in named}:
        context.effects.drop(org, f"{_EFFECT}/{place}")
    if not named or context.tree.halted(org) is not None:
        return None
    with context.effects.hold(org, "anchors", now) as hold:
        if hold is None:  # somebody else is at it
            return None
        done = _mail_due(context, org, now, every)
        hold.forget()
    return done


def _mail_due(context: Context, org: UUID, now: datetime, every: timedelta) -> Mailed | None:
    enclosed = _enclosed(context, org)
    if enclosed is None:
        return None
    size = enclosed.head.size
    due = [one for one in mailboxes(context, org) if _is_due(context, org, one.last, size, now - every)]
    sent = [_send(context, org, one, enclosed, now) for one in due]
    return Mailed(size=size, sent=sent.count(True), failed=sent.count(False)) if sent else None


def _is_due(context: Context, org: UUID, last: Head | None, size: int, since: datetime) -> bool:
    if last is None:
        return True
    return last.at <= since and has_news(context, org, last.size, size)


def _enclosed(context: Context, org: UUID) -> _Enclosed | None:
    """The checkpoint that the installation's log names, where there is no later news; else the newest one."""
    name, head = _organisation(context, org).name, context.tree.latest(org)
    platform = known_platform_log(context.engine)
    seen = None if platform is None else context.queries.one(platform, f"platform-{org}")
    if platform is None or seen is None or head is None or seen.state.origin != head.origin:
        return None if head is None else _Enclosed(name=name, head=head, above=None)
    if has_news(context, org, seen.state.size, head.size):
        return _Enclosed(name=name, head=head, above=None)
    covered, top = context.tree.checkpoint(org, seen.state.size), context.tree.latest(platform)
    above = top.note if top is not None and seen.position < top.size else None
    return _Enclosed(name=name, head=covered or head, above=above)


def _send(context: Context, org: UUID, mailbox: Mailbox, enclosed: _Enclosed, now: datetime) -> bool:
    """Send one mail and note it in the log, or keep for those who look after it why it did not go."""
    head, key = enclosed.head, f"{_EFFECT}/{mailbox.place}"
    identity = message_id(org, f"{_EFFECT}/{head.origin}/{head.size}/{mailbox.place}", context.sender)
    context.effects.begin(org, key, now)
    try:
        context.mail.send(
            letter(
                to=mailbox.address,
                sender=context.sender,
                identity=identity,
                now=now,
                name=enclosed.name,
                head=head,
                above=enclosed.above,
            )
        )
    except MailError as error:
        _log.warning("A checkpoint of organisation %s was not mailed, it is tried again: %s.", org, error.reason)
        context.effects.settle(org, key, FAILED, note=f"{error.code}: {error.reason}")
        return False
    token = sha256(identity.encode()).hexdigest()
    data = Anchored(kind=MAIL, size=head.size, root=head.root.hex(), token_sha256=token, place=mailbox.place)
    _note(context, org, Fact(stream=log_stream(org), data=data, occurred_at=now))
    context.effects.drop(org, key)
    return True


def _note(context: Context, org: UUID, fact: Fact) -> None:
    """Record what is done and cannot be undone: others may note something about the log at the same moment."""
    for _ in range(ATTEMPTS - 1):
        try:
            context.pipeline.record(org, [fact], actor=ACTOR)
        except VersionConflict:
            continue
        return
    context.pipeline.record(org, [fact], actor=ACTOR)


def _organisation(context: Context, org: UUID) -> OrganisationState:
    found = context.queries.one(org, f"organisation-{org}")
    return OrganisationState() if found is None else found.state


def _tries(context: Context, org: UUID) -> dict[str, str]:
    """The places to which a mail was begun and has not gone, and why (empty: the worker was cut off)."""
    found = context.effects.below(org, _EFFECT)
    return {one.key.partition("/")[2]: one.note if one.state == FAILED else "" for one in found}
