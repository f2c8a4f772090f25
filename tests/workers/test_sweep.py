"""The sweep: finds what nudges left, for every organisation, with or without Redis."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import event, text

from events.tenancy import tenant
from projections.waiting import Waiting, work_waiting
from tests.workers.processes import until
from tests.workers.town import NOW, Sink, Town, context_on, found, late_town
from workers.pulse import alive
from workers.queues import REMINDERS, REPORTS, VIEWS, connect, job_id, queue_of
from workers.reminders.send import send_due
from workers.reports.schedule import make_waiting, planned_key
from workers.sweep import NAME, Sweep


@pytest.fixture
def sink():
    """Keeps the mail."""
    return Sink()


@pytest.fixture
def context(database, sink):
    """What the schedule works with, over a database in which this test's organisations are alone."""
    with context_on(database.service_url, sink) as made:
        yield made


@pytest.fixture
def connection(redis_url):
    """A client of an empty Redis."""
    with connect(redis_url) as made:
        yield made


def _jobs(connection):
    return sorted(one for name in ("views", "effects") for one in queue_of(name, connection).job_ids)


def test_an_event_without_a_nudge_is_found(context, connection):
    """Views behind the log become a job; once they have caught up, nothing is left to find."""
    town = found(context)
    waiting = Waiting(org=town.org, views=True, reminders=False, reports=False, checkpoints=False)
    assert [waiting] == Sweep(context, connection).once(NOW)
    assert [job_id(VIEWS, town.org)] == _jobs(connection)
    context.views.catch_up(town.org)
    send_due(context, town.org, NOW)
    assert [] == Sweep(context, connection).once(NOW)


def test_the_passing_of_time_makes_reminders_due(context, connection):
    """Nothing is due before the pair's time has come, and then a job for its reminders is made."""
    town = found(context)
    context.views.catch_up(town.org)
    assert [] == work_waiting(context.engine, NOW - timedelta(days=50), planned_key(NOW))
    Sweep(context, connection).once(NOW)
    assert [job_id(REMINDERS, town.org)] == _jobs(connection)


def test_reports_wait_until_a_new_organisation_is_quiet(context, connection):
    """In the first minute it may be in the middle of an import; then its last periods' reports are asked for, once."""
    town = found(context, report_every="month")
    send_due(context, town.org, NOW)
    assert [] == Sweep(context, connection).once(NOW)
    later = datetime.now(UTC) + timedelta(minutes=2)
    Sweep(context, connection).once(later)
    assert [job_id(REPORTS, town.org)] == _jobs(connection)
    make_waiting(context, town.org, later)
    connection.flushall()
    context.views.catch_up(town.org)
    assert [] == Sweep(context, connection).once(later)


def test_what_redis_forgot_is_found_again(context, connection):
    """The jobs were there and Redis is wiped: the next sweep makes them again."""
    town = late_town(context)
    context.views.catch_up(town.org)
    sweep = Sweep(context, connection)
    sweep.once(NOW)
    connection.flushall()
    sweep.once(NOW)
    assert [job_id(REMINDERS, town.org)] == _jobs(connection)


def test_without_redis_the_sweep_does_the_work_itself(context, sink, unused_redis):
    """Views, then reminders: mail goes out though no job can be made."""
    town = late_town(context)
    sweep = Sweep(context, connect(unused_redis, 0.2))
    sweep.once(NOW)
    sweep.once(NOW)
    assert 6 == len(sink.messages)
    assert 4 == len(town.reminders())


def test_one_organisations_fault_stops_no_other(context, sink, unused_redis, monkeypatch):
    """The first organisation's views cannot be read: the second one's mail goes out all the same."""
    first, second = late_town(context), late_town(context)
    real = type(context.views).catch_up

    def broken(views, org):
        if org == first.org:
            raise RuntimeError("broken")
        return real(views, org)

    monkeypatch.setattr(type(context.views), "catch_up", broken)
    sweep = Sweep(context, connect(unused_redis, 0.2))
    sweep.once(NOW)
    sweep.once(NOW)
    assert 4 == len(second.reminders())
    assert [] == first.reminders()


def test_idle_organisations_cost_one_query_in_all(context, connection):
    """A hundred organisations without work: one statement per sweep, and no job."""
    towns = [Town(context) for _ in range(100)]
    with context.engine.begin() as raw:
        raw.execute(
            text("INSERT INTO tenant_directory (org_id) SELECT unnest(CAST(:orgs AS uuid[]))"),
            {"orgs": [town.org for town in towns]},
        )
    statements = []
    event.listen(context.engine, "before_cursor_execute", lambda *words: statements.append(words[2]))
    assert [] == Sweep(context, connection).once(NOW)
    assert 1 == len(statements)


def test_a_parked_stream_is_tried_again_in_growing_pauses(context):
    """Parked just now: left alone; a minute later it is found."""
    town = found(context)
    context.views.catch_up(town.org)
    send_due(context, town.org, NOW)
    park = text(
        "INSERT INTO parked (org_id, view, stream, position, error, attempts, parked_at) "
        "VALUES (:org, 'due', :stream, 1, 'ValueError', 1, :now)"
    )
    with tenant(context.engine, town.org) as connection:
        connection.execute(park, {"org": town.org, "stream": town.stream, "now": NOW})
    assert [] == work_waiting(context.engine, NOW, planned_key(NOW))
    assert [True] == [one.views for one in work_waiting(context.engine, NOW + timedelta(seconds=61), planned_key(NOW))]


def test_the_query_leaves_no_organisation_bound(context):
    """After the sweep's query the connection sees no tenant's rows."""
    town = found(context)
    with context.engine.begin() as connection:
        connection.execute(text("SELECT * FROM work_waiting(ARRAY['due'], 'x', now())"))
        assert 0 == connection.scalar(text("SELECT count(*) FROM events"))
    assert 0 < len(town.events())


def test_a_running_sweep_gives_signs_of_life_and_ends_when_told(context, connection, redis_url):
    """Its sign is in Redis while it runs; setting the event ends it."""
    stop = threading.Event()
    thread = threading.Thread(target=Sweep(context, connection).run, args=(stop, 0.05))
    thread.start()
    try:
        until(lambda: NAME in alive(connection))
    finally:
        stop.set()
        thread.join(10)
    assert not thread.is_alive()


def test_an_outage_is_said_once(context, unused_redis, caplog, monkeypatch):
    """Sweep after sweep without Redis: one line for each thing that does not work, not one per sweep."""
    found(context)
    stop = threading.Event()
    sweep = Sweep(context, connect(unused_redis, 0.2))
    passes = []
    real = sweep.once

    def counted(now):
        passes.append(now)
        return real(now)

    monkeypatch.setattr(sweep, "once", counted)
    thread = threading.Thread(target=sweep.run, args=(stop, 0.01))
    thread.start()
    until(lambda: len(passes) > 5)
    stop.set()
    thread.join(10)
    assert len(caplog.records) <= 2
