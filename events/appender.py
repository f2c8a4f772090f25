"""Group commit: appends that wait inside this process travel in one call, those of several organisations too.

No organisation waits for another one's lock, or for another one's fault: a call for several takes the locks that are
free and leaves the rest; where it is refused, all are left. What is left goes on by itself. Who has waited for long
without a call of its organisation under way begins one, however many there are.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Protocol
from uuid import UUID

import psycopg

from events.append import Append, Appended
from events.callarguments import Parts
from events.errors import (
    ClaimTaken,
    ClockJump,
    CommandReused,
    LogHalted,
    StorageUnavailable,
    UnknownOrganisation,
    VersionConflict,
)
from events.prepared import Row
from events.waiting import Load, Queued, Ticket, Waiting

PATIENCE = 0.02
"""Seconds in the queue after which an append does not wait for calls of other organisations any more."""
# What one append alone is at fault for: the driver or the database cannot take one of its values.
_AT_FAULT = (psycopg.DataError, psycopg.IntegrityError, psycopg.errors.ProgramLimitExceeded, UnicodeEncodeError)
_OF_ONE_LOG = (LogHalted, ClockJump, UnknownOrganisation)


class Calls(Protocol):
    """What carries a call to the database."""

    def append(self, load: Mapping[UUID, Sequence[tuple[Append, Parts]]]) -> list[Row]:
        """One call; the outcome rows, one per append in their order."""
        ...


class Appender:
    """`submit` returns when the append is stored or refused."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls
        self._waiting = Waiting()

    def submit(self, org: UUID, append: Append, parts: Parts) -> Appended:
        """Carry the append, alone or with others; raises what the log refuses."""
        ticket = self._waiting.enter(org, append, parts)
        if isinstance(ticket, Queued):
            self._wait(ticket)
        while not ticket.is_settled:
            self._carry(ticket)
        if ticket.error is not None:
            raise ticket.error
        assert ticket.outcome is not None
        return _answer(ticket.outcome, append)

    def _wait(self, ticket: Queued) -> None:
        try:
            while not ticket.signal.wait(PATIENCE):
                if self._waiting.overtake(ticket):
                    return
        except BaseException:  # a signal's handler cut the waiting off: the others must not wait for this one
            self._waiting.leave(ticket)
            raise

    def _carry(self, own: Ticket) -> None:
        load = self._waiting.gather(own)
        left: Collection[UUID] = ()
        try:
            left = self._send(load)
        finally:
            self._waiting.end(own, load, left)
            for org, tickets in load.items():
                if org not in left:
                    _tell(tickets)

    def _send(self, load: Load) -> Collection[UUID]:
        """Settle what is carried; the organisations that are left."""
        tickets = [ticket for of_one in load.values() for ticket in of_one]
        try:
            rows = self._calls.append(
                {org: [(one.append, one.parts) for one in of_one] for org, of_one in load.items()}
            )
        except (*_AT_FAULT, *_OF_ONE_LOG) as error:
            if len(load) > 1:
                return load.keys()
            self._send_apart(tickets, error)
        except Exception as error:  # noqa: BLE001  # every waiting thread must learn of it, whatever it is
            for ticket in tickets:
                ticket.error = error
        else:
            for ticket, row in zip(tickets, rows, strict=True):
                ticket.outcome = row if row[0] != "busy" else None
        return [org for org, of_one in load.items() if not of_one[0].is_settled]

    def _send_apart(self, tickets: Sequence[Ticket], error: Exception) -> None:
        """One append that the database cannot take must not fail its neighbours."""
        if len(tickets) == 1 or isinstance(error, _OF_ONE_LOG):
            for ticket in tickets:
                ticket.error = error
            return
        for ticket in tickets:
            self._send({ticket.org: [ticket]})


def _tell(tickets: Sequence[Ticket]) -> None:
    for ticket in tickets:
        if ticket.outcome is None and ticket.error is None:
            ticket.error = StorageUnavailable("The write was cut off; send the same request again.")
        if isinstance(ticket, Queued):
            ticket.signal.set()


def _answer(row: Row, append: Append) -> Appended:
    outcome, detail, first, last, version, stamped = row
    if outcome == "stale":
        raise VersionConflict(
            f"{detail} is at version {version}, another change came first. Read it again and decide anew.",
            stream=detail,
            current=version,
        )
    if outcome == "claimed":
        raise ClaimTaken(f"{detail} is taken {version} time(s), which is its limit.", scope=detail, limit=version)
    if outcome == "reused":
        raise CommandReused("This Idempotency-Key was used for another request; take a new one.", key=append.command)
    return Appended(
        first_position=first,
        last_position=last,
        stream_version=version,
        recorded_at=stamped,
        repeated=outcome == "repeated",
    )
