"""The nudge: one job for a burst of commits, nothing for the client to wait for or to fail on."""

import logging
import os
from functools import partial
from uuid import uuid4

import pytest
from redis import RedisError

from tests.workers.processes import until
from workers.nudge import Nudger
from workers.queues import VIEWS, Queues, connect, job_id, queue_of


@pytest.fixture
def jobs(redis_url):
    """The ids of the jobs that wait for views."""
    with connect(redis_url) as connection:
        yield lambda: sorted(queue_of("views", connection).job_ids)


@pytest.fixture
def nudger(redis_url):
    """One of an API process."""
    made = Nudger(redis_url)
    yield made
    made.close()


def test_a_burst_of_commits_is_one_job_per_organisation(nudger, jobs):
    """A thousand nudges for two organisations: two jobs."""
    orgs = (uuid4(), uuid4())
    for _ in range(500):
        for org in orgs:
            nudger(org)
    nudger.close()
    assert sorted(job_id(VIEWS, org) for org in orgs) == jobs()
    assert 0 == nudger.lost


def test_the_last_nudge_before_the_end_is_sent(nudger, jobs):
    """Closing waits for what was collected."""
    org = uuid4()
    nudger(org)
    nudger.close()
    assert [job_id(VIEWS, org)] == jobs()


def test_a_nudge_without_redis_costs_the_client_nothing(unused_redis, caplog):
    """It is counted and said once; nothing is raised."""
    nudger = Nudger(unused_redis, pause=0)
    with caplog.at_level(logging.WARNING):
        for number in range(1, 4):
            nudger(uuid4())
            until(partial(_lost, nudger, number))
        nudger.close()
    assert 3 == nudger.lost
    assert 1 == len(caplog.records)


def test_nudges_go_on_when_redis_is_back(nudger, jobs, caplog, monkeypatch):
    """The lost ones are counted and the next one arrives."""
    with monkeypatch.context() as patch:
        patch.setattr(Queues, "add", _unreachable)
        nudger(uuid4())
        until(lambda: nudger.lost == 1)
    org = uuid4()
    with caplog.at_level(logging.WARNING):
        nudger(org)
        until(lambda: jobs() == [job_id(VIEWS, org)])
        nudger.close()
    assert "1 nudges were lost meanwhile" in caplog.text


def _lost(nudger, number):
    return nudger.lost == number


def _unreachable(*_):
    raise RedisError


def test_a_nudger_made_before_a_fork_works_after_it(nudger, jobs):
    """A server forks its processes: the child has a thread and a connection of its own."""
    before, after = uuid4(), uuid4()
    nudger(before)
    until(lambda: jobs() == [job_id(VIEWS, before)])
    child = os.fork()
    if child == 0:
        nudger(after)
        nudger.close()
        os._exit(0)
    assert 0 == os.waitpid(child, 0)[1]
    assert sorted((job_id(VIEWS, before), job_id(VIEWS, after))) == jobs()
