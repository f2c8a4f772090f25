"""An RQ worker for one queue: a job per fork, watched closely, patient when Redis is gone."""

from __future__ import annotations

from datetime import UTC, datetime

from redis import Redis
from redis.client import Pipeline
from rq import Worker
from rq.serializers import JSONSerializer

from workers.pulse import beat
from workers.queues import MONITORING_SECONDS, queue_of

_TTL = 30
"""Seconds after which RQ forgets an idle worker; it gives a sign at half of it."""


class Watched(Worker):
    """A worker that also gives our own sign of life, and looks for Redis again within seconds."""

    max_connection_wait_time = 5.0
    log_result_lifespan = False

    def heartbeat(self, timeout: int | None = None, pipeline: Pipeline | None = None) -> None:
        """Tell RQ and everybody else that this worker lives."""
        super().heartbeat(timeout, pipeline)
        beat(self.connection, f"worker-{self.queue_names()[0]}-{self.name[:8]}", datetime.now(UTC), 3 * _TTL)


def work(queue: str, connection: Redis, *, burst: bool = False) -> None:
    """Work until told to stop (SIGTERM ends after the running job); burst: until the queue is empty.

    One queue per worker: from one, RQ takes a job in one atomic step, from several it does not.
    """
    worker = Watched(
        [queue_of(queue, connection)],
        connection=connection,
        serializer=JSONSerializer,
        worker_ttl=_TTL,
        job_monitoring_interval=MONITORING_SECONDS,
        log_job_description=False,
    )
    worker.work(burst=burst, logging_level="WARNING")
