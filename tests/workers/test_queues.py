"""Jobs in Redis: ids only, one of each, replaced when they are lost or failed."""

import threading
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from redis import RedisError
from rq.job import Job, JobStatus
from rq.registry import FailedJobRegistry
from rq.serializers import JSONSerializer

from workers.queues import FAILURE_TTL, QUEUES, REMINDERS, REPORTS, VIEWS, Queues, connect, job_id, queue_of


@pytest.fixture
def connection(redis_url):
    """A client of an empty Redis."""
    with connect(redis_url) as made:
        yield made


@pytest.fixture
def queues(connection):
    """The queues in it."""
    return Queues(connection)


def _job(connection, identity):
    return Job.fetch(identity, connection=connection, serializer=JSONSerializer)


def test_the_same_work_is_one_job(queues, connection):
    """Asked for a hundred times by ten threads: one job waits, and whoever asks is told whether it was new."""
    org = uuid4()
    answers: list[bool] = []

    def ask():
        answers.extend(queues.add(VIEWS, org) for _ in range(10))

    threads = [threading.Thread(target=ask) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {"views": 1, "effects": 0} == queues.waiting()
    assert 1 == answers.count(True)


def test_organisations_and_sorts_of_work_have_jobs_of_their_own(queues):
    """Two organisations, three sorts: six jobs, each in the queue of its sort."""
    for org in (uuid4(), uuid4()):
        for kind in (VIEWS, REMINDERS, REPORTS):
            assert queues.add(kind, org)
    assert {"views": 2, "effects": 4} == queues.waiting()


def test_a_job_holds_an_id_and_nothing_else(queues, connection):
    """Its arguments are the organisation's id; it is JSON; a failure is kept for days, a result not at all."""
    org = uuid4()
    queues.add(REMINDERS, org)
    job = _job(connection, job_id(REMINDERS, org))
    assert ([str(org)], {}) == (list(job.args), job.kwargs)
    assert (FAILURE_TTL, 0) == (job.failure_ttl, job.result_ttl)
    assert job.id == job.description


def test_what_is_asked_for_while_the_job_runs_is_done_after_it(queues, connection):
    """The running job may have read already: one follow-up waits, however often it is asked for."""
    org = uuid4()
    queues.add(VIEWS, org)
    _running(connection, queue_of("views", connection), job_id(VIEWS, org))
    assert [True, False, False] == [queues.add(VIEWS, org) for _ in range(3)]
    assert [f"{job_id(VIEWS, org)}-again"] == queue_of("views", connection).job_ids


def _running(connection, queue, identity, heard=None):
    job = _job(connection, identity)
    queue.remove(identity)
    job.set_status(JobStatus.STARTED)
    connection.hset(job.key, "last_heartbeat", (heard or datetime.now(UTC)).strftime("%Y-%m-%dT%H:%M:%S.%fZ"))


def test_a_job_of_a_worker_that_is_gone_is_replaced(queues, connection):
    """No word from it for longer than three of its signs: it is put into the queue again."""
    org = uuid4()
    queues.add(VIEWS, org)
    _running(connection, queue_of("views", connection), job_id(VIEWS, org), datetime.now(UTC) - timedelta(minutes=1))
    assert queues.add(VIEWS, org)
    assert [job_id(VIEWS, org)] == queue_of("views", connection).job_ids


def test_a_job_lost_between_queue_and_worker_is_replaced(queues, connection):
    """Taken from the queue by a worker that died before it began: after a moment it is not believed to wait."""
    org = uuid4()
    queues.add(VIEWS, org)
    connection.delete("rq:queue:views")
    assert not queues.add(VIEWS, org)
    assert queues.add(VIEWS, org, datetime.now(UTC) + timedelta(minutes=1))
    assert 1 == queues.waiting()["views"]


def test_a_failed_job_is_tried_again_in_growing_pauses(queues, connection):
    """At once for the first times, later after a pause; its failure can be read until then."""
    org, now = uuid4(), datetime.now(UTC)
    queue = queue_of("views", connection)
    answers = []
    for _ in range(6):
        answers.append(queues.add(VIEWS, org, now))
        if answers[-1]:
            _failed(connection, queue, job_id(VIEWS, org), now)
    assert [True, True, True, True, False, False] == answers
    assert 1 == len(FailedJobRegistry(queue=queue))
    assert queues.add(VIEWS, org, now + timedelta(minutes=11))


def _failed(connection, queue, identity, at):
    job = _job(connection, identity)
    queue.remove(identity)
    job.ended_at = at
    job.set_status(JobStatus.FAILED)
    job.save()
    FailedJobRegistry(queue=queue).add(job, ttl=FAILURE_TTL, exc_string="broken")


def test_without_redis_it_is_said_at_once(unused_redis):
    """Nobody there: an error in no time, for the caller to deal with."""
    with pytest.raises(RedisError):
        Queues(connect(unused_redis)).add(VIEWS, uuid4())


def test_there_is_a_queue_for_every_sort_of_work():
    """Every sort's queue is one that workers are started for."""
    assert set(QUEUES) == {kind.queue for kind in (VIEWS, REMINDERS, REPORTS)}
