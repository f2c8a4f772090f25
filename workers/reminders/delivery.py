"""One mail to one person: begun before it is sent, settled after, so that a killed worker leaves a trace."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import EmailMessage
from uuid import UUID

from projections.effects import BEGUN, DONE, FAILED, UNKNOWN, WAITING, Effect
from workers.context import Context
from workers.mail.errors import MailDelayed, MailRefused, MailUnknown

PENDING = "pending"
CUT_OFF = "the worker was cut off while the mail server had the mail; it is not sent again"


@dataclass(frozen=True, slots=True, kw_only=True)
class Retries:
    """How often a mail is tried, and the pauses between: doubled each time, up to the longest."""

    attempts: int = 10
    first: timedelta = timedelta(seconds=30)
    longest: timedelta = timedelta(hours=1)

    def pause(self, attempt: int) -> timedelta:
        """How long to wait after an attempt (1, 2, 3 ...)."""
        doubled: int = 2 ** (min(attempt, 20) - 1)
        return min(self.first * doubled, self.longest)


@dataclass(frozen=True, slots=True)
class Delivered:
    """What has become of one mail: a state of its effect and, where it did not go out, why.

    PENDING: it was put off before, and its next try has not come.
    """

    state: str
    reason: str = ""


def deliver(
    context: Context,
    org: UUID,
    key: str,
    before: Effect | None,
    message: Callable[[], EmailMessage],
    *,
    now: datetime,
    retries: Retries,
) -> Delivered:
    """Send the mail unless that is settled, or not yet due again; the caller holds the effect it is a part of.

    before: what the effect's row said when it was held. A mail that was begun by somebody who is gone is sent again
    only where that does no harm.
    """
    if before is not None and before.state in {DONE, FAILED, UNKNOWN}:
        return Delivered(before.state, before.note)
    if before is not None and before.not_before is not None and before.not_before > now:
        return Delivered(PENDING, before.note)
    if before is not None and before.state == BEGUN and not context.mail.repeatable:
        return _settled(context, org, key, Delivered(UNKNOWN, CUT_OFF))
    try:
        ready = message()  # before anything is begun: a fault in it leaves no doubt about the mail
    except MailRefused as error:
        context.effects.begin(org, key, now)
        return _settled(context, org, key, Delivered(FAILED, error.reason))
    attempt = context.effects.begin(org, key, now)
    delivered = _attempt(context, ready)
    if delivered.state == WAITING:
        return _put_off(context, org, key, delivered.reason, attempt=attempt, now=now, retries=retries)
    return _settled(context, org, key, delivered)


def _attempt(context: Context, message: EmailMessage) -> Delivered:
    try:
        context.mail.send(message)
    except MailDelayed as error:
        return Delivered(WAITING, error.reason)
    except MailRefused as error:
        return Delivered(FAILED, error.reason)
    except MailUnknown as error:
        return Delivered(UNKNOWN, error.reason)
    return Delivered(DONE)


def _put_off(
    context: Context, org: UUID, key: str, reason: str, *, attempt: int, now: datetime, retries: Retries
) -> Delivered:
    if attempt >= retries.attempts:
        return _settled(context, org, key, Delivered(FAILED, f"given up after {attempt} attempts: {reason}"))
    context.effects.settle(org, key, WAITING, note=reason, not_before=now + retries.pause(attempt))
    return Delivered(WAITING, reason)


def _settled(context: Context, org: UUID, key: str, delivered: Delivered) -> Delivered:
    context.effects.settle(org, key, delivered.state, note=delivered.reason)
    return delivered
