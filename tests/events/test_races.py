"""Writers that race: no position is skipped or used twice, no reader misses one, and no rule is outrun."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from functools import partial
from threading import Event
from uuid import UUID

import pytest

from events.append import Appended, Claim
from events.errors import ClaimTaken, VersionConflict
from events.log import Log
from tests.core import Whole
from tests.events.racing import DEADLINE, at_once, head_locked, slow_write
from tests.events.rows import connected
from tests.events.samples import append, goal, new_stream, write

WRITERS, SLOW, READERS, ROUNDS = 16, 4, 3, 10


@pytest.fixture
def logs(everything: Whole) -> list[Log]:
    """Two logs over one database, as two processes have them: each queues for itself."""
    return [Log(everything.engine), Log(everything.engine)]


def _write(log: Log, org: UUID, name: str) -> set[str]:
    """One writer's rounds: one to three events each, in a stream of its own; the texts that it wrote."""
    stream, version, written = new_stream(), 0, []
    for number in range(ROUNDS):
        texts = [f"{name}-{number}-{part}" for part in range(1 + number % 3)]
        log.append(org, append(write(stream, *(goal(text) for text in texts), expected=version)))
        version += len(texts)
        written += texts
    return set(written)


def _write_slowly(url: str, org: UUID, name: str) -> set[str]:
    dice = random.Random(name)
    texts = [f"{name}-{number}" for number in range(ROUNDS)]
    return {text for text in texts if slow_write(url, org, text, dice)}


def _follow(log: Log, org: UUID, finished: Event) -> list[str]:
    """Poll as a subscriber does, each page from the last position seen; the texts in the order of their arrival."""
    seen: list[str] = []
    while True:
        last_look = finished.is_set()
        for event in log.read(org, after=len(seen) - 1, limit=7):
            assert len(seen) == event.position, "a position was skipped or came twice"
            seen.append(event.data.specific)
        if last_look and len(seen) == log.size(org):
            return seen


def test_readers_see_all_that_racing_writers_wrote(logs: list[Log], org: UUID, url: str) -> None:
    """Fast writers, slow ones that pause under the lock and roll back, idle transactions: nothing is skipped."""
    finished = Event()
    with ExitStack() as idle, ThreadPoolExecutor(WRITERS + SLOW + READERS) as pool:
        for _ in range(5):
            idle.enter_context(connected(url, org)).execute("SELECT size FROM log_heads")
        readers = [pool.submit(_follow, logs[number % 2], org, finished) for number in range(READERS)]
        writers = [pool.submit(_write, logs[number % 2], org, f"fast-{number}") for number in range(WRITERS)]
        writers += [pool.submit(_write_slowly, url, org, f"slow-{number}") for number in range(SLOW)]
        try:
            written = set().union(*(writer.result(DEADLINE) for writer in writers))
        finally:
            finished.set()
        seen = [reader.result(DEADLINE) for reader in readers]
    assert [sorted(written)] * READERS == [sorted(texts) for texts in seen]
    assert list(range(len(written))) == [event.position for event in logs[0].read(org)]


def test_rolled_back_writers_leave_no_gap(log: Log, org: UUID, url: str) -> None:
    """A position that a rolled-back transaction had taken is given to the next."""
    for number in range(20):
        with head_locked(url, org) as connection:
            connection.execute("UPDATE log_heads SET size = size + 1")
        assert number == log.append(org, append(write(new_stream(), goal()))).first_position


def _until_in(log: Log, org: UUID, stream: str) -> int:
    """Append with the exact version, reading anew after each refusal; the version that it got."""
    current = 0
    while True:
        try:
            return log.append(org, append(write(stream, goal(), expected=current))).stream_version or 0
        except VersionConflict as conflict:
            current = int(str(conflict.facts["current"]))


def test_writers_of_one_version_win_one_at_a_time(logs: list[Log], org: UUID) -> None:
    """Of those that expect the same version one gets in; no version is given twice, none is lost."""
    stream = new_stream()
    versions = at_once([partial(_until_in, log, org, stream) for log in logs * (WRITERS // 2)])
    assert list(range(1, WRITERS + 1)) == sorted(versions)  # type: ignore[type-var]  # an exception would not sort


def test_one_key_at_once_has_one_effect(logs: list[Log], org: UUID) -> None:
    """Within one process and between two: one event, and everybody has the same answer."""
    one = append(write(new_stream(), goal()), command="k", digest=b"d")
    answers = at_once([partial(log.append, org, one) for log in logs * (WRITERS // 2)])
    places = {(done.first_position, done.last_position, done.recorded_at) for done in answers}  # type: ignore[union-attr]  # as above
    assert 1 == len(places) == logs[0].size(org)
    assert 1 == [done.repeated for done in answers].count(False)  # type: ignore[union-attr]  # as above


def test_racing_claims_never_pass_their_limit(logs: list[Log], org: UUID) -> None:
    """Of many that want one of three seats at once three get one; the others are told."""
    seat = Claim(scope="seat", limit=3)
    calls = [
        partial(log.append, org, append(write(new_stream(), goal(), claims=(seat,)))) for log in logs * (WRITERS // 2)
    ]
    outcomes = [type(outcome) for outcome in at_once(calls)]
    assert (3, WRITERS - 3) == (outcomes.count(Appended), outcomes.count(ClaimTaken))


def test_organisations_do_not_wait_for_each_other(log: Log, everything: Whole, org: UUID, url: str) -> None:
    """While one organisation's log is locked another's takes appends; the waiting one goes on afterwards."""
    other = everything.organisation()
    with ThreadPoolExecutor(4) as pool:
        with head_locked(url, org):
            held = [pool.submit(log.append, org, append(write(new_stream(), goal()))) for _ in range(4)]
            for number in range(10):
                assert number == log.append(other, append(write(new_stream(), goal()))).first_position
            assert not any(one.done() for one in held)
        assert {0, 1, 2, 3} == {one.result(DEADLINE).first_position for one in held}


def test_readers_do_not_wait_for_a_writer(log: Log, org: UUID, url: str) -> None:
    """What is stored can be read while somebody holds the organisation's lock."""
    log.append(org, append(write(new_stream(), goal())))
    with head_locked(url, org):
        assert [0] == [event.position for event in log.read(org)]
        assert 1 == log.size(org)
