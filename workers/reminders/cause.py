"""One cause of a reminder: held by one worker, checked again, mailed to each person, recorded once."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
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
HELD_BY_ANOTHER, NOT_DUE = "held", "not_due"
_log = logging.getLogger(__name__)
Mails = dict[str, Delivered]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reminding:
    """One cause of one relationship (stream), to be settled at a moment."""

    context: Context
    org: UUID
    stream: str
    cause: Due
    now: datetime
    retries: Retries

    @property
    def key(self) -> str:
        """The key of the effect; a person's part adds a slash and the person's id."""
        return f"{self.stream}/{self.cause.cause_key}"

    def settle(self) -> str:
        """Do what is to be done now, and say what came of it.

        `sent`, `suppressed`, `failed` and `unknown` are recorded. `waiting`: a mail was put off just now; `pending`: it
        was before; `held`: another worker has the cause; `not_due`: it does not stand any more.
        """
        note = msgspec.json.encode(self.cause).decode()
        with self.context.effects.hold(self.org, self.key, self.now, note) as hold:
            if hold is None:
                return HELD_BY_ANOTHER
            mails, otherwise = self._mails(hold.parts())
            if later := {WAITING, PENDING} & {one.state for one in mails.values()}:
                return WAITING if WAITING in later else PENDING
            outcome, reason = _outcome(mails) or otherwise
            if outcome != NOT_DUE:
                self._record(outcome, reason, mails)
            hold.forget()
            return outcome

    def _mails(self, parts: Mapping[str, Effect]) -> tuple[Mails, tuple[str, str]]:
        """What became of each mail, and the outcome if there was none to send."""
        case = case_of(self.context, self.org, self.stream)
        current = case.due.get(self.cause.cause_key)
        if current is None or current.due_at > self.now:
            return _as_left(parts), (NOT_DUE, "")
        if case.programme_closed:
            return _as_left(parts), (SUPPRESSED, "the programme is closed")
        mails = _as_left({one: parts[one] for one in parts if one not in current.people})
        for person in current.people:
            if (to := case.address(person)) is not None:
                mails[person] = deliver(
                    self.context,
                    self.org,
                    f"{self.key}/{person}",
                    parts.get(person),
                    partial(self._message, case, person, to),
                    now=self.now,
                    retries=self.retries,
                )
        return mails, (SUPPRESSED, "nobody concerned has a mail address")

    def _message(self, case: Case, person: str, to: tuple[str, str]) -> EmailMessage:
        text = text_of(self.cause.sort)(about(case, self.cause, person, self.now))
        return compose(to=to, sender=self.context.sender, text=text, identity=self._identity(person), now=self.now)

    def _identity(self, person: str) -> str:
        return message_id(self.org, f"{self.key}/{person}", self.context.sender)

    def _record(self, outcome: str, reason: str, mails: Mails) -> None:
        to = tuple(person for person, one in mails.items() if one.state == DONE)
        command = RecordReminder(
            relationship_id=self.stream.partition("-")[2],
            cause_key=self.cause.cause_key,
            sort=self.cause.sort,
            due_at=self.cause.due_at,
            outcome=outcome,
            to=to,
            message_ids=tuple(map(self._identity, to)),
            reason=reason,
        )
        try:
            cause = f"reminder:{self.cause.cause_key}"
            self.context.pipeline.handle(self.org, command, actor=ACTOR, cause=cause)
        except ServiceError as error:  # the relationship was undone meanwhile: there is nothing to record it in
            _log.warning("The outcome of a reminder of %s cannot be recorded: %s", self.stream, error.code)


def _as_left(parts: Mapping[str, Effect]) -> Mails:
    """What is known of mails that are not sent any more; one that was begun may have gone out."""
    return {
        person: Delivered(UNKNOWN, CUT_OFF) if one.state == BEGUN else Delivered(one.state, one.note)
        for person, one in parts.items()
        if one.state != WAITING
    }


def _outcome(mails: Mails) -> tuple[str, str] | None:
    """The cause's one outcome: sent if anybody got it, else the most doubtful; None when nothing was tried."""
    if any(one.state == DONE for one in mails.values()):
        return SENT, ""
    for state in (UNKNOWN, FAILED):
        for one in mails.values():
            if one.state == state:
                return state, one.reason
    return None
