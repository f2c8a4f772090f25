"""The short way to a connection: no more connections than without it, and none that is lost or shared."""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine, text

from events.log import Log
from events.organisations import create_log
from events.pool import HandyPool
from events.record import timestamp
from events.tenancy import make_engine, tenant
from tests.conftest import Database
from tests.events.racing import DEADLINE, at_once
from tests.events.samples import append, goal, new_stream, write


@pytest.fixture
def engine(module_database: Database) -> Iterator[Engine]:
    """An engine that may have two connections."""
    engine = make_engine(module_database.service_url, pool_size=2, overflow=0, timeout=DEADLINE)
    yield engine
    engine.dispose()


@pytest.fixture
def org(engine: Engine) -> UUID:
    """A new organisation."""
    org = UUID(bytes=os.urandom(16), version=4)
    create_log(engine, org)
    return org


def _pid(engine: Engine, org: UUID) -> int:
    with tenant(engine, org) as connection:
        return int(connection.scalar(text("SELECT pg_backend_pid()")) or 0)


def _pool(engine: Engine) -> HandyPool:
    assert isinstance(engine.pool, HandyPool)
    return engine.pool


def test_what_is_at_hand_serves_the_next_hot_call(engine: Engine, org: UUID) -> None:
    """One thread's appends use one connection, which never goes the long way."""
    log = Log(engine)
    log.append(org, append(write(new_stream(), goal())))
    at_hand = _pool(engine).at_hand()
    assert at_hand is not None
    _pool(engine).keep(at_hand)
    log.append(org, append(write(new_stream(), goal())))
    assert at_hand is _pool(engine).at_hand()
    _pool(engine).keep(at_hand)


def test_who_takes_the_long_way_gets_what_is_at_hand(engine: Engine, org: UUID) -> None:
    """Reads after appends open no second connection."""
    log = Log(engine)
    log.append(org, append(write(new_stream(), goal())))
    first = _pid(engine, org)
    log.append(org, append(write(new_stream(), goal())))
    assert first == _pid(engine, org)
    assert _pool(engine).at_hand() is None


def test_many_threads_share_few_connections(engine: Engine, org: UUID) -> None:
    """Reads and appends by turns of more threads than connections: nobody waits for what lies at hand."""
    log = Log(engine)

    def work(number: int) -> int:
        for _ in range(10):
            log.append(org, append(write(new_stream(), goal())))
            assert log.size(org) > 0
        return number

    with ThreadPoolExecutor(8) as pool:
        assert list(range(8)) == list(pool.map(work, range(8), timeout=DEADLINE))
    assert 80 == log.size(org)


def test_a_hot_call_that_ends_after_the_pool_was_disposed_leaves_nothing_open(engine: Engine) -> None:
    """Its connection belongs to a pool that nobody will look into again, so it is closed."""
    old = _pool(engine)
    pooled = old.connect()
    driver = pooled.driver_connection
    engine.dispose()
    old.keep(pooled)
    assert driver is not None and driver.closed
    assert old.at_hand() is None


# Newer Pythons warn of a fork beside threads: the child here does nothing but end.
@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_a_child_process_lets_its_parents_connection_be(engine: Engine, org: UUID) -> None:
    """After a fork the child begins a pool of its own; ending, it does not end the parent's session."""
    log = Log(engine)
    log.append(org, append(write(new_stream(), goal())))
    child = os.fork()
    if child == 0:
        engine.dispose(close=False)
        gc.collect()
        os._exit(0 if _pool(engine).at_hand() is None else 1)
    assert 0 == os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    assert 1 == log.append(org, append(write(new_stream(), goal()))).first_position


def test_a_statement_that_the_connection_lost_is_prepared_again(engine: Engine, org: UUID) -> None:
    """The driver deallocates everything after a rollback; the append does not notice."""
    log = Log(engine)
    log.append(org, append(write(new_stream(), goal())))
    pooled = _pool(engine).at_hand()
    assert pooled is not None
    pooled.cursor().execute("DEALLOCATE ALL")
    pooled.commit()
    _pool(engine).keep(pooled)
    assert 1 == log.append(org, append(write(new_stream(), goal()))).first_position
    assert {} == log.load(org, ["person-none"]).rows


def test_the_first_calls_of_many_threads_get_through(engine: Engine, org: UUID) -> None:
    """Each may be the one that learns what the argument's types are called here."""
    log = Log(engine)
    done = at_once([lambda: log.append(org, append(write(new_stream(), goal()))) for _ in range(8)])
    assert list(range(8)) == sorted(one.first_position for one in done if not isinstance(one, Exception))


def test_an_hour_that_passes_twice_has_two_timestamps() -> None:
    """Moments that Python calls equal, since their zone and wall clock are, are not written alike."""
    zone = ZoneInfo("Europe/Berlin")
    once, again = (datetime(2026, 10, 25, 2, 30, tzinfo=zone, fold=fold) for fold in (0, 1))
    assert once == again
    assert ("2026-10-25T00:30:00.000000Z", "2026-10-25T01:30:00.000000Z") == (timestamp(once), timestamp(again))
