"""One cause of a reminder: held by one worker, checked again, mailed to each person, recorded once."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import datetime
from email.message import EmailMessage
from functools import partial
from uuid import UUID

import msgspec

from projections.effects import BEGUN, DONE, FAILED, UNKNOWN, WAITING, Effect
from projections.subjects.reminder import SENT, SUPPRESSED
from projections.views.due import Due
from services.decisions.reminder import RecordReminder
from services.errors import ServiceError
from workers.context import Context
from workers.mail.about import text_of
from workers.mail.message import compose, message_id
from workers.reminders.case import Case, about, case_of
from workers.reminders.delivery import CUT_OFF, PENDING, Delivered, Retries, deliver

ACTOR = "system:reminders"
_log = logging.getLogger(__name__)
Outcome = tuple[str, str]


def settle(context: Context, org: UUID, stream: str, cause: Due, *, now: datetime, retries: Retries) -> str:
    """Do what is to be done about a cause now: the outcome recorded (sent, suppressed, failed, unknown).

    Else `waiting` (a mail was put off just now), `pending` (put off before), `held` (another worker has it), or empty: it
    is not due any more.
    """
    key = f"{stream}/{cause.cause_key}"
    with context.effects.hold(org, key, now, msgspec.json.encode(cause).decode()) as hold:
        if hold is None:
            return "held"
        parts = hold.parts()
        case = case_of(context, org, stream)
        current = case.due.get(cause.cause_key)
        if current is None or current.due_at > now:
            mails = _as_left(parts)
            outcome = _outcome(mails)
        elif case.programme_closed:
            mails = _as_left(parts)
            outcome = _outcome(mails) or (SUPPRESSED, "the programme is closed")
        else:
            mails = _deliver(context, org, key, case, current, parts, now=now, retries=retries)
            if later := {WAITING, PENDING} & {one.state for one in mails.values()}:
                return WAITING if WAITING in later else PENDING
            outcome = _outcome(mails) or (SUPPRESSED, "nobody concerned has a mail address")
        if outcome is not None:
            _record(context, org, stream, cause, outcome, mails)
        hold.forget()
        return outcome[0] if outcome else ""


def _deliver(
    context: Context,
    org: UUID,
    key: str,
    case: Case,
    cause: Due,
    parts: Mapping[str, Effect],
    *,
    now: datetime,
    retries: Retries,
) -> dict[str, Delivered]:
    mails: dict[str, Delivered] = _as_left({one: parts[one] for one in parts if one not in cause.people})
    for person in cause.people:
        address = case.address(person)
        if address is not None:
            message = partial(_message, context, org, f"{key}/{person}", case, cause, person, address, now)
            mails[person] = deliver(
                context, org, f"{key}/{person}", parts.get(person), message, now=now, retries=retries
            )
    return mails


def _message(
    context: Context,
    org: UUID,
    key: str,
    case: Case,
    cause: Due,
    person: str,
    address: tuple[str, str],
    now: datetime,
) -> EmailMessage:
    text = text_of(cause.sort)(about(case, cause, person, now))
    identity = message_id(org, key, context.sender)
    return compose(to=address, sender=context.sender, text=text, identity=identity, now=now)


def _as_left(parts: Mapping[str, Effect]) -> dict[str, Delivered]:
    """What is known of mails that are not sent any more; one that was begun may have gone out."""
    left = {person: Delivered(one.state, one.note) for person, one in parts.items() if one.state != WAITING}
    return {person: Delivered(UNKNOWN, CUT_OFF) if one.state == BEGUN else one for person, one in left.items()}


def _outcome(mails: Mapping[str, Delivered]) -> Outcome | None:
    """The cause's one outcome: sent if anybody got it, else the most doubtful; None when nothing was tried."""
    if any(one.state == DONE for one in mails.values()):
        return SENT, ""
    for state in (UNKNOWN, FAILED):
        for one in mails.values():
            if one.state == state:
                return state, one.reason
    return None


def _record(
    context: Context, org: UUID, stream: str, cause: Due, outcome: Outcome, mails: Mapping[str, Delivered]
) -> None:
    to = tuple(person for person, one in mails.items() if one.state == DONE)
    key = f"{stream}/{cause.cause_key}"
    command = RecordReminder(
        relationship_id=stream.partition("-")[2],
        cause_key=cause.cause_key,
        sort=cause.sort,
        due_at=cause.due_at,
        outcome=outcome[0],
        to=to,
        message_ids=tuple(message_id(org, f"{key}/{person}", context.sender) for person in to),
        reason=outcome[1],
    )
    try:
        context.pipeline.handle(org, command, actor=ACTOR, cause=f"reminder:{cause.cause_key}")
    except ServiceError as error:  # the relationship was undone meanwhile: there is nothing left to record it in
        _log.warning("The outcome of a reminder of %s cannot be recorded: %s", stream, error.code)
