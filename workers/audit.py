"""The nightly audit of a log: its findings are an event, a line of the log file and, where there are any, a mail."""

from __future__ import annotations

import logging
from datetime import UTC, datetime, time, timedelta
from uuid import UUID

from events.checkpointing import Signer
from events.errors import LogHalted, SignerRefused, SignerUnavailable
from events.organisations import known_platform_log
from events.subjects.log import Audited
from events.treestore import TreeStore
from projections.auditing import Anchor, Audit, audit
from projections.auditing_views import OF_VIEWS
from projections.effects import DONE, WAITING
from projections.waiting import Night
from services.pipeline import Fact
from services.streams import log_stream
from workers.context import Context
from workers.mail.about import Text
from workers.mail.errors import MailDelayed, MailError
from workers.mail.message import compose, message_id
from workers.reminders.delivery import Retries

ACTOR = "worker:audit"
BEGINS = time(2, 0)
"""The audit of a date is due from then on (UTC)."""
_MOST_SENTENCES = 20
_RETRIES = Retries()
_log = logging.getLogger(__name__)


def night_of(now: datetime) -> Night:
    """The audit that is to be done by now: that of today, or before it begins that of yesterday."""
    day = now.date() if now.timetz().replace(tzinfo=None) >= BEGINS else now.date() - timedelta(days=1)
    return Night(effect=f"audit/{day.isoformat()}", begins=datetime.combine(day, BEGINS, UTC))


def audit_nightly(context: Context, org: UUID, now: datetime) -> Audit:
    """Audit, record what was found, and tell of it; a mail that does not get out is tried again with the next audit."""
    key = night_of(now).effect
    attempt = context.effects.begin(org, key, now)
    found = audit(context.engine, org, anchors_of(context.tree, context.signer, org))
    for one in found.findings:
        _log.error("Audit of organisation %s: %s", org, one.sentence)
    _record(context, org, key, found, now)
    if found.found and not _told(context, org, key, found, now):
        context.effects.settle(org, key, WAITING, note=str(found.found), not_before=now + _RETRIES.pause(attempt))
    else:
        context.effects.settle(org, key, DONE, note=str(found.found))
    return found


def audit_platform(context: Context, now: datetime) -> Audit | None:
    """The same for the installation's own log, which no organisation's audit looks at; None when it is done already."""
    platform = known_platform_log(context.engine)
    key = night_of(now).effect
    if platform is None or key in {one.key for one in context.effects.below(platform, "audit", DONE)}:
        return None
    return audit_nightly(context, platform, now)


def anchors_of(tree: TreeStore, signer: Signer | None, org: UUID) -> list[Anchor]:
    """What a log is held up to: the signer's memory, and the newest checkpoint that was stored."""
    anchors: list[Anchor] = []
    if signer is not None:
        try:
            state = signer.state(tree.origin(org))
        except (SignerUnavailable, SignerRefused) as error:
            _log.warning("The audit of organisation %s goes on without the signer: %s", org, error)
        else:
            anchors.append(Anchor("the signer", state.size, state.root))
    latest = tree.latest(org)
    if latest is not None:
        anchors.append(Anchor("the newest checkpoint", latest.size, latest.root))
    return anchors


def _record(context: Context, org: UUID, key: str, found: Audit, now: datetime) -> None:
    """One event for each night, however often its audit is run."""
    sentences = [one.sentence for one in found.findings[:_MOST_SENTENCES]]
    if found.found > len(sentences):
        sentences.append(f"{found.found - len(sentences)} more.")
    data = Audited(size=found.records, root=found.root.hex(), records=found.records, findings=tuple(sentences))
    facts = [Fact(stream=log_stream(org), data=data, occurred_at=now)]
    try:
        context.pipeline.record(org, facts, actor=ACTOR, key=key)
    except LogHalted as error:  # what is wrong with it was found by the signer too
        _log.error("The audit of organisation %s is not recorded: %s", org, error)


def _told(context: Context, org: UUID, key: str, found: Audit, now: datetime) -> bool:
    """Whether those who run the installation were told; a refused or lost mail is not sent again."""
    if context.alerts is None:
        return True
    identity = message_id(org, key, context.sender)
    try:
        message = compose(
            to=("operator", context.alerts), sender=context.sender, text=_text(org, found), identity=identity, now=now
        )
        context.mail.send(message)
    except MailDelayed as error:
        _log.warning("The mail about the audit of %s waits: %s", org, error)
        return False
    except MailError as error:
        _log.error("The mail about the audit of %s did not get out: %s", org, error)
    return True


def _text(org: UUID, found: Audit) -> Text:
    sentences = [one.sentence for one in found.findings[:_MOST_SENTENCES]]
    return Text(
        f"Audit of {org}: {found.found} finding(s)",
        (
            f"The nightly audit read all {found.records} records of organisation {org} again and found:",
            *sentences,
            _remedy(org, found),
        ),
    )


def _remedy(org: UUID, found: Audit) -> str:
    if found.found == len(found.findings) and all(one.code in OF_VIEWS for one in found.findings):
        return f"No record is touched. Make the view anew: `mentorledger projections rebuild VIEW --org {org}`."
    return "Stop writing to it, keep the database as it is, and run `mentorledger doctor`."
