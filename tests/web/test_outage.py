"""Races and servers that go away in the middle of a request."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Barrier
from typing import Any

import psycopg
import pytest
from psycopg import sql
from werkzeug.test import TestResponse

from deploy.addresses import plain
from tests.conftest import Database, Servers
from tests.web.conftest import Client, Running, json_of, make_pair
from tests.web.test_errors import must_be_problem

DEADLINE = 20.0


def eventually(question: Callable[[], Any]) -> Any:
    """The first true answer."""
    end = time.monotonic() + DEADLINE
    while not (answer := question()):
        assert time.monotonic() < end, "it did not come to pass"
        time.sleep(0.01)
    return answer


@contextmanager
def shut(servers: Servers, database: Database) -> Iterator[None]:
    """The database takes no connection and has none, as when its server is gone."""
    name = sql.Identifier(database.name)
    with psycopg.connect(plain(servers.admin), autocommit=True) as admin:
        admin.execute(sql.SQL("ALTER DATABASE {} WITH ALLOW_CONNECTIONS false").format(name))
        admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [database.name])
        try:
            yield
        finally:
            admin.execute(sql.SQL("ALTER DATABASE {} WITH ALLOW_CONNECTIONS true").format(name))


def at_once(*calls: Callable[[], TestResponse]) -> list[TestResponse]:
    """The answers of calls that begin together."""
    barrier = Barrier(len(calls))

    def begin(call: Callable[[], TestResponse]) -> TestResponse:
        barrier.wait(DEADLINE)
        return call()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(begin, calls))


@pytest.mark.parametrize("attempt", range(3))
def test_of_two_accepts_at_capacity_one_a_single_one_wins(shared_api: Running, attempt: int) -> None:
    """The other is told that the mentor has no seat left, and its proposal stands."""
    client = shared_api.client()
    pair = make_pair(client, mentor_capacity=1)
    body = {"programme_id": pair["programme"], "mentors": [pair["mentor"]]}
    proposals = [client.made("/relationships", body | {"title": str(number)}) for number in range(2)]
    answers = at_once(*(lambda one=one: client.post(f"/relationships/{one}/accept") for one in proposals))
    won, lost = sorted(answers, key=lambda answer: answer.status_code)
    assert 200 == won.status_code
    problem = must_be_problem(lost, 409, "mentor_at_capacity")
    assert 1 == problem["facts"]["limit"]
    statuses = [json_of(client.get(f"/relationships/{one}"))["status"] for one in proposals]
    assert ["active", "proposed"] == sorted(statuses)


def test_of_many_writers_of_one_version_a_single_one_wins(client: Client) -> None:
    """Each of the others is told the version that is."""
    person = client.made("/people", {"name": "Ada"})
    path = f"/people/{person}/correct"
    answers = at_once(*(lambda n=n: client.post(path, {"name": f"Ada {n}"}, If_Match='"1"') for n in range(6)))
    assert [200] + [409] * 5 == sorted(answer.status_code for answer in answers)
    stale = [json_of(answer) for answer in answers if answer.status_code == 409]
    assert {("stale_version", 2)} == {(one["code"], one["facts"]["current"]) for one in stale}


def test_writers_without_a_version_all_get_through(client: Client) -> None:
    """Decisions that another one overtook are taken again, and nothing is lost."""
    person = client.made("/people", {"name": "Ada"})
    path = f"/people/{person}/correct"
    answers = at_once(*(lambda n=n: client.post(path, {"name": f"Ada {n}"}) for n in range(5)))
    assert {200} == {answer.status_code for answer in answers}
    assert 6 == json_of(client.get(f"/people/{person}"))["version"]


def test_the_same_request_sent_at_once_is_done_once(client: Client) -> None:
    """A client that sends a request twice before the first answer gets the same answer twice."""
    answers = at_once(*(lambda: client.post("/people", {"name": "Ada"}, Idempotency_Key="k") for _ in range(5)))
    assert {201} == {answer.status_code for answer in answers}
    assert 1 == len({answer.data for answer in answers})
    assert 1 == json_of(client.get("/me"))["log_size"]


def test_without_a_database_everything_is_503_and_comes_back(
    api: Running, database: Database, postgres_server: Servers
) -> None:
    """Reads and writes say when to ask again; with the database the service is back, without a restart."""
    client = api.client()
    person = client.made("/people", {"name": "Ada"})
    with shut(postgres_server, database):
        for answer in (
            client.get(f"/people/{person}"),
            client.get("/events"),
            client.post(f"/people/{person}/correct", {"name": "Bo"}, Idempotency_Key="k"),
        ):
            must_be_problem(answer, 503, "storage_unavailable")
            assert answer.headers["Retry-After"].isdecimal()
    again = client.post(f"/people/{person}/correct", {"name": "Bo"}, Idempotency_Key="k")
    assert (200, None) == (again.status_code, again.headers.get("Idempotency-Replayed"))
    assert ("Bo", 2) == (
        json_of(client.get(f"/people/{person}"))["name"],
        json_of(client.get("/me"))["log_size"],
    )


def test_a_write_that_loses_its_database_on_the_way_leaves_nothing_half_written(
    api: Running, database: Database, postgres_server: Servers
) -> None:
    """Its connection dies while it waits for the organisation's lock: 503, nothing stored, and it can be sent again."""
    client = api.client()
    person = client.made("/people", {"name": "Ada"})
    waits = "SELECT pid FROM pg_stat_activity WHERE datname = %s AND wait_event_type = 'Lock'"
    with (
        psycopg.connect(plain(postgres_server.admin.set(database=database.name))) as holder,
        psycopg.connect(plain(postgres_server.admin), autocommit=True) as admin,
        ThreadPoolExecutor(1) as pool,
    ):
        holder.execute("SELECT 1 FROM log_heads WHERE org_id = %s FOR UPDATE", [client.org])
        write = pool.submit(client.post, f"/people/{person}/correct", {"name": "Bo"}, Idempotency_Key="k")
        waiting = eventually(lambda: admin.execute(waits, [database.name]).fetchone())
        admin.execute("SELECT pg_terminate_backend(%s)", [waiting[0]])
        answer = write.result(DEADLINE)
        holder.rollback()
    must_be_problem(answer, 503, "storage_unavailable")
    assert ("Ada", 1) == (
        json_of(client.get(f"/people/{person}"))["name"],
        json_of(client.get("/me"))["log_size"],
    )
    assert 200 == client.post(f"/people/{person}/correct", {"name": "Bo"}, Idempotency_Key="k").status_code
    assert 2 == json_of(client.get("/me"))["log_size"]


def test_a_log_that_is_held_too_long_is_503(api: Running, database: Database, postgres_server: Servers) -> None:
    """A write does not wait for the organisation's lock for ever."""
    client = api.client()
    with psycopg.connect(plain(postgres_server.admin.set(database=database.name))) as holder:
        holder.execute("SELECT 1 FROM log_heads WHERE org_id = %s FOR UPDATE", [client.org])
        answer = client.post("/people", {"name": "Ada"})
    must_be_problem(answer, 503, "storage_unavailable")
    assert 0 == json_of(client.get("/me"))["log_size"]
