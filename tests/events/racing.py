"""Threads that meet, doubles that hold a call back, and writers that keep the lock as a slow process would."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from threading import Barrier, Event
from typing import Any, TypeVar
from uuid import UUID

import psycopg
from sqlalchemy import Engine

from events.appender import Appender
from events.log import Log
from events.proof.tree import leaf_hash
from events.rawcalls import RawCalls
from events.record import pieces
from tests.events.rows import connected
from tests.events.samples import ACTOR, HAPPENED, append, goal, new_stream, spliced, write

T = TypeVar("T")
DEADLINE = 30.0


def eventually(question: Callable[[], Any]) -> None:
    """Wait until the answer is yes."""
    end = time.monotonic() + DEADLINE
    while not question():
        assert time.monotonic() < end, "it did not come to pass"
        time.sleep(0.002)


def at_once(calls: Sequence[Callable[[], T]]) -> list[T | Exception]:
    """What calls that begin together return or raise, in their order."""
    barrier = Barrier(len(calls))

    def begin(call: Callable[[], T]) -> T | Exception:
        barrier.wait(DEADLINE)
        try:
            return call()
        except Exception as error:  # noqa: BLE001  # the test looks at it
            return error

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(begin, calls))


class Gate:
    """The database's calls, counted; the first one waits until the gate is opened."""

    def __init__(self, engine: Engine) -> None:
        self._calls = RawCalls(engine)
        self.entered = Event()
        self.opened = Event()
        self.sizes: list[int] = []

    def append(self, *arguments: Any) -> list[Any]:
        """Carry the call; the number of appends that travelled in it is kept."""
        first = not self.entered.is_set()
        self.entered.set()
        if first:
            assert self.opened.wait(DEADLINE)
        rows = self._calls.append(*arguments)
        self.sizes.append(len(rows))
        return rows

    def __getattr__(self, name: str) -> Any:
        return getattr(self._calls, name)


class Gated:
    """A log whose first append stands at the gate while others queue up behind it."""

    def __init__(self, engine: Engine, org: UUID) -> None:
        self.gate = Gate(engine)
        self.log = Log(engine)
        self.org = org
        self.appender = self.log._appender = Appender(self.gate)

    def waiting(self) -> int:
        """How many appends are queued up."""
        return sum(map(len, self.appender._waiting._queues.values()))

    def has_waiting(self, number: int) -> bool:
        """Whether so many are queued up."""
        return self.waiting() == number

    def behind_one(self, calls: Sequence[Callable[[], T]]) -> list[T | Exception]:
        """Let all calls queue up in their order behind a first append that is under way; then open."""
        with self.queued_up(calls) as futures:
            self.gate.opened.set()
            return [future.exception(DEADLINE) or future.result() for future in futures]  # type: ignore[misc]  # an Exception

    @contextmanager
    def queued_up(self, calls: Sequence[Callable[[], T]]) -> Iterator[list[Future[T]]]:
        """All calls wait in their order behind a first append, which ends once the gate is opened."""
        with ThreadPoolExecutor(len(calls) + 1) as pool:
            first = pool.submit(self.first)
            assert self.gate.entered.wait(DEADLINE)
            futures = []
            for number, call in enumerate(calls):
                futures.append(pool.submit(call))
                eventually(partial(self.has_waiting, number + 1))
            yield futures
            self.gate.opened.set()
            first.result(DEADLINE)

    def first(self) -> None:
        """The append that the others wait for."""
        self.log.append(self.org, append(write(new_stream(), goal())))


@contextmanager
def head_locked(url: str, org: UUID) -> Iterator[psycopg.Connection]:
    """Somebody else's transaction holds the organisation's lock, and is rolled back at the end."""
    with connected(url, org) as connection:
        connection.execute("SELECT size FROM log_heads FOR UPDATE")
        yield connection
        connection.rollback()


def slow_write(url: str, org: UUID, text: str, dice: random.Random) -> bool:
    """Append one event statement by statement with pauses, then commit or roll back; whether it was committed."""
    with connected(url, org) as connection:
        (size,) = connection.execute("SELECT size FROM log_heads FOR UPDATE").fetchall()[0]
        time.sleep(dice.random() / 100)
        _insert(connection, org, size, text)
        time.sleep(dice.random() / 100)
        if dice.random() < 0.5:
            connection.rollback()
            return False
    return True


def _insert(connection: psycopg.Connection, org: UUID, size: int, text: str) -> None:
    stream = new_stream()
    parts = pieces(str(org), stream, goal(text), HAPPENED, actor=ACTOR)
    record = spliced(parts, None, "2026-03-02T08:00:00.000001Z", 1, goal().TYPE)
    connection.execute(
        "INSERT INTO events (org_id, position, stream, stream_version, type, schema, recorded_at, occurred_at, "
        "record, leaf_hash) VALUES (%s, %s, %s, 1, %s, 1, now(), %s, %s, %s)",
        [org, size, stream, goal().TYPE, HAPPENED, record, leaf_hash(record)],
    )
    connection.execute("UPDATE log_heads SET size = size + 1")
