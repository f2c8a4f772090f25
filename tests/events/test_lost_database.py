"""The database goes away at any moment: nothing is half-written, and the same key writes once."""

from __future__ import annotations

import os
import random
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import UTC, datetime
from functools import partial
from threading import Event
from uuid import UUID, uuid4

import psycopg
import pytest
from sqlalchemy import Engine, make_url

from deploy.addresses import full, plain
from deploy.embedded.postgres import RunningPostgres, start_postgres
from deploy.embedded.processes import free_port
from deploy.lock import FolderLock
from deploy.migrations import upgrade
from deploy.provision import provision_embedded
from events.append import Append, Appended
from events.errors import StorageUnavailable
from events.log import Log
from events.organisations import create_log, credential_of, issue_token, organisations
from events.tenancy import across_tenants, check_database, make_engine, tenant
from tests.conftest import Database, Servers
from tests.core import Whole, whole
from tests.events.racing import DEADLINE, at_once, eventually, head_locked
from tests.events.rows import change
from tests.events.samples import append, goal, new_stream, write
from tests.events.wire import Wire, wired

WAITING = "wait_event_type = 'Lock' AND application_name = 'mentorledger' AND datname = %s"


@pytest.fixture
def wire(module_database: Database) -> Iterator[Wire]:
    """A wire to the run's server."""
    with wired(make_url(module_database.service_url).port or 0) as one:
        yield one


@pytest.fixture
def far(wire: Wire, module_database: Database) -> Iterator[Whole]:
    """The log at the far end of the wire."""
    with whole(wire.url(module_database.service_url)) as made:
        yield made


def ask(servers: Servers, query: str, *values: object) -> list[tuple[object, ...]]:
    """What the superuser's query finds."""
    with psycopg.connect(plain(servers.admin), autocommit=True) as admin:
        return admin.execute(query, values).fetchall()


def end_sessions(servers: Servers, database: Database) -> None:
    """End every session of the service on the database."""
    query = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND usename = %s"
    ask(servers, query, database.name, make_url(database.service_url).username)


def one_event(**more: object) -> Append:
    """An append of one event under a key of its own."""
    return append(write(new_stream(), goal()), **({"command": str(uuid4())} | more))


def until_stored(log: Log, org: UUID, one: Append) -> Appended:
    """Send the same append until it has its answer."""
    while True:
        try:
            return log.append(org, one)
        except StorageUnavailable:
            continue


def refused(log: Log, org: UUID, one: Append) -> StorageUnavailable:
    """The refusal of an append that the database could not answer."""
    with pytest.raises(StorageUnavailable) as caught:
        log.append(org, one)
    assert "again" in caught.value.message
    return caught.value


def test_ended_sessions_are_told_once_and_replaced(
    log: Log, org: UUID, module_database: Database, postgres_server: Servers
) -> None:
    """The first append after an outage is refused, nothing of it is stored, and the next goes through."""
    for number in range(3):
        one = one_event()
        assert 2 * number == log.append(org, one_event()).first_position
        end_sessions(postgres_server, module_database)
        refused(log, org, one)
        done = log.append(org, one)
        assert (False, 2 * number + 1) == (done.repeated, done.first_position)


def test_one_refusal_empties_the_whole_pool(
    everything: Whole, log: Log, org: UUID, module_database: Database, postgres_server: Servers
) -> None:
    """Connections that died together do not cost a refusal each."""
    with ExitStack() as borrowed:
        for _ in range(8):
            borrowed.enter_context(across_tenants(everything.engine))
    end_sessions(postgres_server, module_database)
    refused(log, org, one_event())
    assert list(range(9)) == [log.append(org, one_event()).first_position for _ in range(9)]


def test_a_load_needs_no_second_request(
    log: Log, org: UUID, module_database: Database, postgres_server: Servers
) -> None:
    """What a command reads first is read again at once: an idle connection's end is nobody's concern."""
    log.append(org, one_event(command="k"))
    end_sessions(postgres_server, module_database)
    assert log.load(org, [], "k").answered is not None


def test_reads_recover_after_one_refusal(
    everything: Whole, log: Log, org: UUID, module_database: Database, postgres_server: Servers
) -> None:
    """Each read raises the log's own error, and its second try is answered."""
    log.append(org, one_event())
    reads: tuple[Callable[[], object], ...] = (
        partial(log.size, org),
        partial(log.read, org),
        lambda: list(log.read_stream(org, new_stream())),
        partial(log.record_bytes, org, 0),
        partial(organisations, everything.engine),
    )
    for read in reads:
        read()
        end_sessions(postgres_server, module_database)
        with pytest.raises(StorageUnavailable):
            read()
        read()


@pytest.mark.parametrize("fate", ("pg_terminate_backend", "pg_cancel_backend"))
def test_an_append_that_is_ended_under_way_stores_nothing(
    fate: str, log: Log, org: UUID, url: str, module_database: Database, postgres_server: Servers
) -> None:
    """Its session is ended, or its statement cancelled, while it waits for the lock: the same key then writes once."""
    one = one_event()
    with ThreadPoolExecutor(1) as pool, head_locked(url, org):
        waiting = pool.submit(refused, log, org, one)
        query = f"SELECT {fate}(pid) FROM pg_stat_activity WHERE {WAITING}"
        eventually(lambda: ask(postgres_server, query, module_database.name))
        waiting.result(DEADLINE)
    assert 0 == log.size(org)
    answers = [until_stored(log, org, one) for _ in range(3)]
    assert [False, True, True] == [done.repeated for done in answers]
    assert 1 == log.size(org)


def test_an_append_waits_for_the_lock_for_a_limited_time(database: Database) -> None:
    """Who holds an organisation's lock for long does not hold the service: busy is an answer, and it passes."""
    change(database.owner_url, None, "ALTER FUNCTION append_events SET lock_timeout = '100ms'")
    with whole(database.service_url) as made:
        org, one = made.organisation(), one_event()
        with head_locked(database.service_url, org):
            assert "busy" in refused(made.log, org, one).message
            assert 0 == made.log.size(org)
        assert not made.log.append(org, one).repeated


def test_the_lock_is_not_waited_for_for_ever(module_database: Database) -> None:
    """The function has a limit of its own, whatever the session's."""
    with psycopg.connect(plain(make_url(module_database.service_url))) as connection:
        found = connection.execute("SELECT proconfig FROM pg_proc WHERE proname = 'append_events'").fetchall()
    assert [(["lock_timeout=5s"],)] == found


def test_an_answer_that_is_lost_after_the_commit_is_given_again(far: Whole, wire: Wire) -> None:
    """The event is stored, the sender is not told; the same key then has the answer, and no second event."""
    org = far.organisation()
    far.log.append(org, one_event())
    one = one_event()
    wire.lose_answers()
    refused(far.log, org, one)
    assert (1, 2) == (wire.lost, far.log.size(org))
    for _ in range(3):
        again = far.log.append(org, one)
        assert (True, 1, 1) == (again.repeated, again.first_position, again.stream_version)
    assert 2 == far.log.size(org)


def test_many_that_send_again_at_once_write_once(far: Whole, wire: Wire) -> None:
    """A lost answer and ten retries side by side: one event, one answer."""
    org = far.organisation()
    far.log.append(org, one_event())
    one = one_event()
    wire.lose_answers()
    refused(far.log, org, one)
    answers = at_once([partial(until_stored, Log(far.engine), org, one) for _ in range(10)])
    assert {(True, 1)} == {(done.repeated, done.first_position) for done in answers if isinstance(done, Appended)}
    assert 2 == far.log.size(org)


def test_lost_answers_of_many_writers_lose_and_double_nothing(far: Whole, wire: Wire) -> None:
    """Appends that travelled together and lost their answer are each written once when all send again."""
    org = far.organisation()
    far.log.append(org, one_event())
    stop, dice = Event(), random.Random(7)

    def disturb() -> None:
        while not stop.wait(dice.random() / 50):
            wire.lose_answers() if dice.random() < 0.5 else wire.cut()

    def send(_: int) -> list[Appended]:
        return [until_stored(far.log, org, one_event()) for _ in range(10)]

    with ThreadPoolExecutor(9) as pool:
        disturbing = pool.submit(disturb)
        try:
            done = [one for some in pool.map(send, range(8)) for one in some]
        finally:
            stop.set()
            disturbing.result(DEADLINE)
    wire.lose_answers(0)
    assert list(range(1, 81)) == sorted(one.first_position for one in done)
    eventually(lambda: until_read(far.log, org) == list(range(81)))


def until_read(log: Log, org: UUID) -> list[int]:
    """The positions in the log, once it answers."""
    while True:
        try:
            return [event.position for event in log.read(org)]
        except StorageUnavailable:
            continue


def _uses(engine: Engine) -> dict[str, Callable[[], object]]:
    log, org, now = Log(engine), uuid4(), datetime.now(UTC)
    token = f"ml_{org.hex}_{org.hex}_{'A' * 43}"
    return {
        "append": partial(log.append, org, one_event()),
        "load": partial(log.load, org, []),
        "size": partial(log.size, org),
        "read": partial(log.read, org),
        "stream": lambda: list(log.read_stream(org, "s")),
        "bytes": partial(log.record_bytes, org, 0),
        "create": partial(create_log, engine, org),
        "list": partial(organisations, engine),
        "token": partial(credential_of, engine, token, now),
        "issue": partial(issue_token, engine, org, label="", scopes=frozenset(), now=now),
        "check": partial(check_database, engine),
    }


def test_a_server_that_is_not_there_is_said_to_be_unavailable(module_database: Database) -> None:
    """Whatever is asked of it: one error, which no address or password is part of."""
    nowhere = make_url(module_database.service_url).set(port=free_port())
    engine = make_engine(full(nowhere))
    for name, use in _uses(engine).items():
        with pytest.raises(StorageUnavailable) as caught:
            use()
        assert nowhere.password not in f"{name} {caught.value.message} {caught.value.facts}"  # type: ignore[operator]  # it has one
    engine.dispose()


def test_a_pool_that_is_used_up_is_said_to_be_unavailable(module_database: Database) -> None:
    """Nobody waits longer than the limit for a connection, and what was refused can be sent again."""
    engine = make_engine(module_database.service_url, pool_size=1, overflow=0, timeout=0.05)
    with across_tenants(engine):
        for use in _uses(engine).values():
            with pytest.raises(StorageUnavailable):
                use()
    org = uuid4()
    create_log(engine, org)
    assert 0 == Log(engine).append(org, one_event()).first_position
    engine.dispose()


def test_a_transaction_that_is_cut_off_leaves_nothing(far: Whole, wire: Wire) -> None:
    """What a bound transaction had written before the connection went is gone."""
    org = far.organisation()
    with pytest.raises(StorageUnavailable):
        _write_and_lose(far, wire, org)
    assert 0 == until_size(far.log, org)


def _write_and_lose(far: Whole, wire: Wire, org: UUID) -> None:
    with tenant(far.engine, org) as connection:
        connection.exec_driver_sql("UPDATE log_heads SET size = 7")
        wire.cut()


def until_size(log: Log, org: UUID) -> int:
    """The size of the log, once it answers."""
    while True:
        try:
            return log.size(org)
        except StorageUnavailable:
            continue


@pytest.fixture
def server(data_lock: FolderLock) -> Iterator[list[RunningPostgres]]:
    """A server of the test's own, the last of the list; whoever restarts it adds the new one."""
    running = [start_postgres(data_lock, durable=False)]
    yield running
    running[-1].stop()


def test_a_server_that_is_killed_under_way_loses_and_doubles_nothing(
    data_lock: FolderLock, server: list[RunningPostgres]
) -> None:
    """Kill -9 while threads append, then a start on the same files: every key has one event, by the same engine."""
    access = provision_embedded(server[-1].url(), data_lock.folder)
    upgrade(access.owner)
    with wired(server[-1].port) as wire, whole(wire.url(full(access.service))) as made, ThreadPoolExecutor(8) as pool:
        org = made.organisation()
        sent = [[one_event() for _ in range(25)] for _ in range(8)]
        sending = [pool.submit(lambda some: [until_stored(made.log, org, one) for one in some], some) for some in sent]
        eventually(lambda: until_size(made.log, org) > 20)
        os.kill(server[-1].process.pid, signal.SIGKILL)
        server[-1].process.wait(DEADLINE)
        server.append(start_postgres(data_lock, durable=False))
        wire.port = server[-1].port
        done = [one for future in sending for one in future.result(60)]
        assert list(range(200)) == sorted(one.first_position for one in done) == until_read(made.log, org)
        again = [made.log.append(org, one) for some in sent for one in some]
        assert [(True, one.first_position) for one in done] == [(one.repeated, one.first_position) for one in again]
        assert 200 == made.log.size(org)
