"""Group commit: appends of one organisation that wait for its lock inside this process travel in one call.

The first waiting thread becomes the organisation's carrier. While its call is under way others queue up; it then hands
over to the first of them, which carries all that has gathered. A thread never waits longer than for the call under
way and its own.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from threading import Event as Signal
from threading import Lock
from typing import Protocol
from uuid import UUID

import psycopg

from events.append import Append, Appended
from events.callarguments import Parts
from events.errors import ClaimTaken, CommandReused, StorageUnavailable, VersionConflict
from events.prepared import Row

MOST_EVENTS = 2_000
# What one append alone is at fault for: the driver or the database cannot take one of its values.
_AT_FAULT = (psycopg.DataError, psycopg.IntegrityError, psycopg.errors.ProgramLimitExceeded, UnicodeEncodeError)


class Calls(Protocol):
    """What carries a call to the database."""

    def append(self, org: UUID, items: Sequence[tuple[Append, Parts]]) -> list[Row]:
        """One call of append_events; the outcome rows, one per item."""
        ...


@dataclass(slots=True, eq=False)
class Ticket:
    """One append on its way."""

    append: Append
    parts: Parts
    outcome: Row | None = None
    error: Exception | None = None


@dataclass(slots=True, eq=False)
class Queued(Ticket):
    """A waiting one; signal is set when its outcome is known or, with carries, when it is its turn."""

    signal: Signal = field(default_factory=Signal)
    carries: bool = False


class Appender:
    """Queues per organisation; `submit` returns when the append is stored or refused."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls
        self._lock = Lock()
        self._waiting: dict[UUID, deque[Queued]] = {}

    def submit(self, org: UUID, append: Append, parts: Parts) -> Appended:
        """Carry the append, alone or with others; raises what the log refuses."""
        ticket = self._ticket(org, append, parts)
        if isinstance(ticket, Queued):
            self._wait(org, ticket)
        if ticket.outcome is None and ticket.error is None:
            self._carry(org, ticket)
        if ticket.error is not None:
            raise ticket.error
        assert ticket.outcome is not None
        return _answer(ticket.outcome, append)

    def _ticket(self, org: UUID, append: Append, parts: Parts) -> Ticket:
        """A ticket for the call that begins now or, where one is under way, for a place in the queue."""
        with self._lock:
            queue = self._waiting.get(org)
            if queue is None:
                self._waiting[org] = deque()
                return Ticket(append, parts)
            ticket = Queued(append, parts)
            queue.append(ticket)
            return ticket

    def _wait(self, org: UUID, ticket: Queued) -> None:
        try:
            ticket.signal.wait()
        except BaseException:  # a signal's handler cut the waiting off: the others must not wait for this one
            with self._lock:
                queue = self._waiting.get(org)
                if queue is not None and ticket in queue:
                    queue.remove(ticket)
            if ticket.carries:
                self._hand_over(org)
            raise

    def _carry(self, org: UUID, own: Ticket) -> None:
        others = self._gather(org, MOST_EVENTS - len(own.parts))
        try:
            self._send(org, [own, *others])
        finally:
            self._hand_over(org)
            for ticket in others:
                if ticket.outcome is None and ticket.error is None:
                    ticket.error = StorageUnavailable("The write was cut off; send the same request again.")
                ticket.signal.set()

    def _gather(self, org: UUID, room: int) -> list[Queued]:
        gathered: list[Queued] = []
        with self._lock:
            queue = self._waiting[org]
            while queue and len(queue[0].parts) <= room:
                room -= len(queue[0].parts)
                gathered.append(queue.popleft())
        return gathered

    def _hand_over(self, org: UUID) -> None:
        with self._lock:
            queue = self._waiting[org]
            if queue:
                ticket = queue.popleft()
                ticket.carries = True
                ticket.signal.set()
            else:
                del self._waiting[org]

    def _send(self, org: UUID, group: Sequence[Ticket]) -> None:
        try:
            rows = self._calls.append(org, [(ticket.append, ticket.parts) for ticket in group])
        except _AT_FAULT as error:
            self._send_apart(org, group, error)
        except Exception as error:  # noqa: BLE001  # every waiting thread must learn of it, whatever it is
            for ticket in group:
                ticket.error = error
        else:
            for ticket, row in zip(group, rows, strict=True):
                ticket.outcome = row

    def _send_apart(self, org: UUID, group: Sequence[Ticket], error: Exception) -> None:
        """One append that the database cannot take must not fail its neighbours."""
        if len(group) == 1:
            group[0].error = error
            return
        for ticket in group:
            self._send(org, [ticket])


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
