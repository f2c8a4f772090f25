"""Who waits to append inside this process, and who carries whom: queues per organisation behind the calls under way.

Mostly two calls are under way: while one's commit reaches the disk, the other's statements run. An organisation is in
one call at a time, as its lock in the database would have it anyway. Whoever ends a call hands over to those that have
waited longest.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from threading import Event as Signal
from threading import Lock
from typing import TypeAlias
from uuid import UUID

from events.append import Append
from events.callarguments import Parts
from events.prepared import Row

CALLS = 2
MOST_EVENTS = 2_000
SHARED_EVENTS = 64
"""How many events may share a call of several organisations: each waits for the statements of all."""


@dataclass(slots=True, eq=False)
class Ticket:
    """One append on its way; alone: no other organisation may travel with it."""

    org: UUID
    append: Append
    parts: Parts
    alone: bool = False
    outcome: Row | None = None
    error: Exception | None = None

    @property
    def is_settled(self) -> bool:
        """Whether its fate is known."""
        return self.outcome is not None or self.error is not None


@dataclass(slots=True, eq=False)
class Queued(Ticket):
    """A waiting one; the signal is given when it is settled or, with carries, when it is its turn."""

    signal: Signal = field(default_factory=Signal)
    carries: bool = False


Load: TypeAlias = dict[UUID, list[Ticket]]
"""What one call carries."""


class Waiting:
    """The queues, for any number of threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._queues: dict[UUID, deque[Queued]] = {}
        self._under_way: set[UUID] = set()
        self._calls = 0

    def enter(self, org: UUID, append: Append, parts: Parts) -> Ticket:
        """A ticket for the call that begins now or, as a `Queued`, for a place in the queue."""
        with self._lock:
            if self._calls < CALLS and org not in self._under_way:
                self._begin(org)
                return Ticket(org, append, parts)
            ticket = Queued(org, append, parts)
            self._queues.setdefault(org, deque()).append(ticket)
            return ticket

    def overtake(self, ticket: Queued) -> bool:
        """Begin its call, however many are under way; not where one of its organisation is, or it is not the first."""
        with self._lock:
            queue = self._queues.get(ticket.org)
            if ticket.org in self._under_way or not queue or queue[0] is not ticket:
                return False
            self._lead(ticket.org)
            return True

    def leave(self, ticket: Queued) -> None:
        """Give up a place in the queue, or the turn that has come."""
        with self._lock:
            queue = self._queues.get(ticket.org, deque())
            if ticket in queue:
                queue.remove(ticket)
                self._drop_empty(ticket.org)
        if ticket.carries:
            self.end(ticket, {ticket.org: []})

    def gather(self, own: Ticket) -> Load:
        """What travels with a ticket whose call begins: its organisation's first, others while there is room."""
        with self._lock:
            if not self._queues:
                return {own.org: [own]}
            load: Load = {own.org: [own, *self._fitting(own.org, MOST_EVENTS - len(own.parts))]}
            room = SHARED_EVENTS - _events(load[own.org])
            for org in [] if own.alone else self._free():
                if fitting := self._fitting(org, room):
                    load[org] = fitting
                    self._under_way.add(org)
                    room -= _events(fitting)
            return load

    def end(self, own: Ticket, load: Mapping[UUID, list[Ticket]], left: Collection[UUID] = ()) -> None:
        """A ticket's call is over: hand over. What is left of it goes on by itself, each organisation alone."""
        with self._lock:
            self._under_way.difference_update([org for org in load if org not in left])
            self._calls -= own.org not in left
            for org in left:
                self._set_apart(load[org], own)
            for org in self._free():
                if self._calls < CALLS:
                    self._lead(org).signal.set()

    def _set_apart(self, tickets: list[Ticket], own: Ticket) -> None:
        first, *others = tickets
        self._queues.setdefault(first.org, deque()).extendleft(
            ticket for ticket in reversed(others) if isinstance(ticket, Queued)
        )
        self._drop_empty(first.org)
        first.alone = True
        if first is not own and isinstance(first, Queued):
            self._calls += 1
            first.carries = True
            first.signal.set()

    def _free(self) -> list[UUID]:
        return [org for org in self._queues if org not in self._under_way]

    def _lead(self, org: UUID) -> Queued:
        ticket = self._queues[org].popleft()
        self._drop_empty(org)
        self._begin(org)
        ticket.carries = True
        return ticket

    def _begin(self, org: UUID) -> None:
        self._calls += 1
        self._under_way.add(org)

    def _fitting(self, org: UUID, room: int) -> list[Ticket]:
        fitting: list[Ticket] = []
        queue = self._queues.get(org, deque())
        while queue and len(queue[0].parts) <= room:
            room -= len(queue[0].parts)
            fitting.append(queue.popleft())
        self._drop_empty(org)
        return fitting

    def _drop_empty(self, org: UUID) -> None:
        if not self._queues.get(org, True):
            del self._queues[org]


def _events(tickets: list[Ticket]) -> int:
    return sum(len(ticket.parts) for ticket in tickets)
