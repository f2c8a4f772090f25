"""Jobs in real worker processes: done after a nudge, and done all the same after every way to lose one."""

import signal
from datetime import UTC, datetime

import psycopg
import pytest
from sqlalchemy import text

from deploy.addresses import plain
from events.tenancy import tenant
from tests.workers.processes import environment, horse_of, program, until, waits_on_lock
from tests.workers.town import Sink, context_on, found, late_town
from workers.nudge import Nudger
from workers.pulse import alive
from workers.queues import REMINDERS, VIEWS, Queues, connect
from workers.sweep import Sweep


@pytest.fixture
def context(database):
    """The test's own way to the database."""
    with context_on(database.service_url, Sink()) as made:
        yield made


@pytest.fixture
def connection(redis_url):
    """The test's own way to Redis."""
    with connect(redis_url) as made:
        yield made


@pytest.fixture
def env(database, redis_url, tmp_path):
    """The environment of an instance's programs."""
    return environment(database.service_url, redis_url, tmp_path / "data")


@pytest.fixture
def worker(env, tmp_path):
    """Starts a worker for a queue."""
    return lambda queue: program("deploy.worker", queue, env=env, log=tmp_path / "worker.log")


def _eml(tmp_path):
    return sorted((tmp_path / "data" / "outbox").glob("*.eml"))


def _caught_up(town):
    return lambda: town.context.views.behind(town.org) == 0


def test_a_nudge_brings_the_views_up_to_date(context, worker, redis_url):
    """From the nudge to the views in another process."""
    town = found(context)
    with worker("views"):
        nudger = Nudger(redis_url)
        nudger(town.org)
        until(_caught_up(town))
        nudger.close()


def test_the_whole_runs_by_itself(context, env, worker, connection, tmp_path):
    """Scheduler and workers, no nudge at all: views catch up, mail goes out, each cause is recorded once."""
    town = late_town(context)
    log = tmp_path / "scheduler.log"
    with worker("views"), worker("effects"), program("deploy.scheduler", env=env, log=log) as scheduler:
        until(lambda: len(town.reminders()) == 4)
        assert 6 == len(_eml(tmp_path))
        signs = " ".join(alive(connection))
        assert "scheduler" in signs and "worker-views-" in signs and "worker-effects-" in signs
        scheduler.send_signal(signal.SIGTERM)
        assert 0 == scheduler.wait(20)
    assert 4 == len(town.reminders())


def test_a_wiped_redis_delays_and_loses_nothing(context, env, worker, connection, tmp_path):
    """Everything in Redis goes while the workers run: the next sweeps bring it all about."""
    with worker("views"), worker("effects"), program("deploy.scheduler", env=env, log=tmp_path / "scheduler.log"):
        until(lambda: any(name.startswith("worker-effects") for name in alive(connection)))
        town = late_town(context)
        connection.flushall()
        until(lambda: len(town.reminders()) == 4)
    assert 6 == len(_eml(tmp_path))


@pytest.fixture
def stuck(context):
    """An organisation whose views another transaction holds, so that a job on it does not end; and how to let it go."""
    town = late_town(context)
    context.views.catch_up(town.org)
    holder = tenant(context.engine, town.org)
    connection = holder.__enter__()
    connection.execute(text("SELECT 1 FROM view_heads WHERE org_id = :org FOR UPDATE"), {"org": town.org})
    released: list[bool] = []

    def release():
        if not released:
            released.append(True)
            holder.__exit__(None, None, None)

    yield town, release
    release()


def test_a_job_whose_fork_is_killed_is_done_within_one_sweep(context, worker, connection, stuck, tmp_path):
    """SIGKILL in the middle of the job: the sweep puts it into the queue again, and the mail goes out once."""
    town, release = stuck
    queues = Queues(connection)
    with worker("effects") as process:
        queues.add(REMINDERS, town.org)
        until(lambda: waits_on_lock(context.engine))
        horse = horse_of(process)
        assert horse is not None
        horse.kill()
        until(lambda: horse_of(process) is None)
        release()
        Sweep(context, connection).once(datetime.now(UTC))
        until(lambda: len(town.reminders()) == 4)
    assert 6 == len(_eml(tmp_path))


def test_a_worker_killed_with_its_fork_is_replaced_within_one_sweep(context, worker, connection, stuck, tmp_path):
    """SIGKILL for both: nobody tells Redis, and yet the next worker gets the work at the next sweep."""
    town, release = stuck
    with worker("effects") as process:
        Queues(connection).add(REMINDERS, town.org)
        until(lambda: waits_on_lock(context.engine))
        horse = horse_of(process)
        assert horse is not None
        process.kill()  # the worker first: it would tell Redis of its fork's end
        horse.kill()
        process.wait()
    release()
    Sweep(context, connection).once(datetime.now(UTC))
    with worker("effects"):
        until(lambda: len(town.reminders()) == 4)
    assert 6 == len(_eml(tmp_path))


def test_no_database_connection_crosses_a_fork(worker, connection, database, postgres_server, stuck):
    """The worker that forks has no connection to the database; only the fork has, and closes it with the job."""
    town, release = stuck
    with psycopg.connect(plain(postgres_server.admin), autocommit=True) as admin:
        query = "SELECT count(*) FROM pg_stat_activity WHERE datname = %s"

        def connections():
            [count] = admin.execute(query, [database.name]).fetchone() or [0]
            return int(count)

        before = connections()
        with worker("views") as process:
            until(lambda: any(name.startswith("worker-views") for name in alive(connection)))
            until(lambda: connections() == before)
            Queues(connection).add(VIEWS, town.org)
            until(lambda: connections() > before)
            assert horse_of(process) is not None
            release()
            until(lambda: horse_of(process) is None and connections() == before)


def test_a_worker_refuses_a_privileged_role(env, postgres_server, database, tmp_path):
    """Started as the owner of the tables, it ends and says which role to use."""
    log = tmp_path / "worker.log"
    with program("deploy.worker", "views", env=env | {"DATABASE_URL": database.owner_url}, log=log) as process:
        assert 0 != process.wait(30)
    assert "mentorledger_service" in log.read_text()
