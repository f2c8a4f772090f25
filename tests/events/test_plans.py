"""How the server finds what the service's role asks of the log: by an index that the organisation leads."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import psycopg
import pytest
from sqlalchemy import Connection, event, make_url, text

from deploy.addresses import plain
from events.log import Log
from events.subjects.goal import GoalSet
from events.subjects.programme import ProgrammeOpened
from events.tenancy import tenant
from tests.conftest import Database
from tests.core import Whole
from tests.events.forms import stored_example
from tests.events.rows import connected

EVENTS, STREAMS = 8_000, 80
START = datetime(2026, 1, 1, tzinfo=UTC)
STREAM = "relationship-7"


@pytest.fixture(scope="module")
def crowded(everything: Whole, module_database: Database) -> UUID:
    """An organisation with thousands of events beside two others; one event in a thousand is of a rare type."""
    for org in (others := [everything.organisation() for _ in range(3)]):
        with connected(module_database.service_url, org) as connection:
            connection.execute(
                "INSERT INTO events SELECT %(org)s, n, 'relationship-' || n %% %(streams)s, n / %(streams)s + 1, "
                "CASE WHEN n %% 1000 = 0 THEN %(rare)s ELSE %(common)s END, 1, "
                "%(start)s + n * interval '1 minute', %(start)s, "
                "CASE WHEN n %% 1000 = 0 THEN %(rare_record)s::bytea ELSE %(record)s END, %(leaf)s "
                "FROM generate_series(0, %(last)s) n",
                {
                    "org": org,
                    "streams": STREAMS,
                    "rare": ProgrammeOpened.TYPE,
                    "common": GoalSet.TYPE,
                    "start": START,
                    "leaf": b"h" * 32,
                    "record": stored_example(GoalSet),
                    "rare_record": stored_example(ProgrammeOpened),
                    "last": EVENTS - 1,
                },
            )
    with psycopg.connect(plain(make_url(module_database.owner_url)), autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE events")
    return others[1]


@contextmanager
def listening(whole: Whole) -> Iterator[list[tuple[str, Mapping[str, Any]]]]:
    """The statements about events that are run meanwhile, with their values."""
    heard: list[tuple[str, Mapping[str, Any]]] = []

    def hear(connection: Connection, cursor: object, statement: str, values: Any, *_: object) -> None:
        if "FROM events" in statement:
            heard.append((statement, values))

    event.listen(whole.engine, "before_cursor_execute", hear)
    try:
        yield heard
    finally:
        event.remove(whole.engine, "before_cursor_execute", hear)


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The plan's steps."""
    yield plan
    for inner in plan.get("Plans", ()):
        yield from nodes(inner)


def explained(whole: Whole, org: UUID, statement: str, values: Any) -> list[dict[str, Any]]:
    """The steps by which the service's role has it answered."""
    with tenant(whole.engine, org) as connection:
        ask = f"EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) {statement}"
        answer: Any = connection.exec_driver_sql(ask, values).scalar()
    return list(nodes(answer[0]["Plan"]))


QUERIES: dict[str, tuple[int, Callable[[Log, UUID], object]]] = {
    "a stream": (100, lambda log, org: list(log.read_stream(org, STREAM))),
    "a stream after a version": (10, lambda log, org: list(log.read_stream(org, STREAM, after=90))),
    "a stream up to a position": (100, lambda log, org: list(log.read_stream(org, STREAM, upto_position=900))),
    "the first page": (1_000, lambda log, org: log.read(org)),
    "a page in the middle": (50, lambda log, org: log.read(org, after=4_000, limit=50)),
    "a page up to a position": (50, lambda log, org: log.read(org, after=4_000, upto=4_049)),
    "a rare type": (8, lambda log, org: log.read(org, types=[ProgrammeOpened.TYPE])),
    "a common type": (50, lambda log, org: log.read(org, types=[GoalSet.TYPE], after=4_000, limit=50)),
    "a type within a time": (
        61,
        lambda log, org: log.read(
            org,
            types=[GoalSet.TYPE],
            since=START + timedelta(hours=50),
            until=START + timedelta(hours=51),
        ),
    ),
    "one record": (1, lambda log, org: log.record_bytes(org, 4_000)),
}


@pytest.mark.parametrize("name", QUERIES)
def test_a_query_reads_what_it_answers_and_little_more(name: str, everything: Whole, log: Log, crowded: UUID) -> None:
    """No sequential scan; the organisation is a condition of the index; few rows are read and thrown away.

    What the index alone answers is not read from the table: the types that a read by type passes over.
    """
    most, query = QUERIES[name]
    with listening(everything) as heard:
        query(log, crowded)
    assert heard
    for statement, values in heard:
        steps = explained(everything, crowded, statement, values)
        scans = [step for step in steps if step.get("Relation Name") == "events" or "Index Name" in step]
        assert scans
        assert not [step for step in steps if "Seq Scan" in step["Node Type"]]
        assert all("org_id = " in step["Index Cond"] for step in scans if "Index Cond" in step)
        assert all("Index Cond" in step for step in scans if "Index Name" in step)
        table = [step for step in scans if step["Node Type"] != "Index Only Scan"]
        read = sum(step["Actual Rows"] + step.get("Rows Removed by Filter", 0) for step in table)
        read += sum(step.get("Heap Fetches", 0) for step in scans)
        assert read <= 2 * most + 10, steps


def test_the_end_of_a_stream_is_found_by_its_key(everything: Whole, crowded: UUID) -> None:
    """What each append asks, one row from the index's end."""
    asked = (
        "SELECT x.stream_version, x.leaf_hash FROM events x WHERE x.org_id = %(org)s AND x.stream = %(stream)s "
        "ORDER BY x.stream_version DESC LIMIT 1"
    )
    steps = explained(everything, crowded, asked, {"org": crowded, "stream": STREAM})
    assert ("Index Scan", 1) == (steps[-1]["Node Type"], steps[-1]["Actual Rows"])
    assert not any("Sort" in step["Node Type"] for step in steps)


def test_the_owner_of_the_rows_is_asked_for_in_words(everything: Whole, log: Log, crowded: UUID) -> None:
    """Each query names the organisation itself: a policy's condition alone might not reach the index."""
    with listening(everything) as heard:
        for _, query in QUERIES.values():
            query(log, crowded)
    assert len(QUERIES) <= len(heard)
    assert [] == [statement for statement, _ in heard if "WHERE org_id = " not in statement]
    with tenant(everything.engine, crowded) as connection:
        assert connection.scalar(text("SELECT count(*) FROM events")) == EVENTS
