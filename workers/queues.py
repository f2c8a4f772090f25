"""The queues: a job carries ids only and has a deterministic id, so that asking for the same work twice is one job.

A job that waits is not added again. One that runs may have read before the news came: its follow-up waits under a
second id. One whose worker was killed, or that failed, is replaced when it is asked for again, in growing pauses if it
fails over and over. Nothing here is needed to know what is to be done: Redis may be wiped at any moment.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry
from rq import Queue
from rq.exceptions import DuplicateJobError, InvalidJobOperation, NoSuchJobError
from rq.job import Job, JobStatus
from rq.serializers import JSONSerializer

FAILURE_TTL = 7 * 24 * 3600
MONITORING_SECONDS = 5
"""How often a worker says that its job is alive; three times this without a word, and the job counts as lost."""
_SILENT = timedelta(seconds=3 * MONITORING_SECONDS)
_QUICK_TRIES = 3
_LONGEST_PAUSE = 600


@dataclass(frozen=True, slots=True)
class Kind:
    """A sort of job: its queue, the function (by its path) that runs it, and the seconds that it may take."""

    name: str
    queue: str
    function: str
    timeout: int


VIEWS = Kind("views", "views", "workers.jobs.catch_up_views", 1800)
REMINDERS = Kind("reminders", "effects", "workers.jobs.send_due_reminders", 900)
REPORTS = Kind("reports", "effects", "workers.jobs.make_reports", 1800)
CHECKPOINTS = Kind("checkpoints", "effects", "workers.jobs.make_checkpoint", 900)
AUDITS = Kind("audits", "effects", "workers.jobs.audit_log", 3600)
ANCHORS = Kind("anchors", "effects", "workers.jobs.anchor_logs", 900)
EVERYBODY = UUID(int=0)
"""Stands for an organisation in a job that is about all of them."""
QUEUES = ("views", "effects")


def connect(url: str, timeout: float = 2.0) -> Redis:
    """A client that says at once when Redis is gone."""
    return Redis.from_url(url, socket_connect_timeout=timeout, socket_timeout=timeout, retry=Retry(NoBackoff(), 0))


class Queues:
    """Where jobs are put. Every method raises redis.RedisError when Redis does not answer."""

    def __init__(self, connection: Redis) -> None:
        self._connection = connection
        self._queues = {name: queue_of(name, connection) for name in QUEUES}

    def add(self, kind: Kind, org: UUID, now: datetime | None = None) -> bool:
        """Have the work done for an organisation; False when it waits already, or failed a moment ago."""
        moment = now or datetime.now(UTC)
        first, follow_up = job_id(kind, org), f"{job_id(kind, org)}-again"
        added = self._add(kind, org, first, moment)
        return self._add(kind, org, follow_up, moment) is True if added is None else added

    def waiting(self) -> dict[str, int]:
        """How many jobs wait in each queue."""
        return {name: queue.count for name, queue in self._queues.items()}

    def _add(self, kind: Kind, org: UUID, identity: str, now: datetime) -> bool | None:
        """True: added; False: not needed; None: one of this id runs."""
        try:
            self._enqueue(kind, org, identity, tries=0)
        except DuplicateJobError:
            return self._beside(kind, org, identity, now)
        return True

    def _beside(self, kind: Kind, org: UUID, identity: str, now: datetime) -> bool | None:
        queue = self._queues[kind.queue]
        try:
            job = Job.fetch(identity, connection=self._connection, serializer=JSONSerializer)
            status = job.get_status(refresh=False)
        except (NoSuchJobError, InvalidJobOperation):  # it ended between the two looks
            return self._replace(kind, org, identity, 0)
        match status:
            case JobStatus.QUEUED if _heard(job.enqueued_at, now) or queue.get_job_position(job) is not None:
                return False
            case JobStatus.STARTED if _heard(job.last_heartbeat, now):
                return None
            case JobStatus.FAILED:
                tries = int(job.meta.get("tries", 0)) + 1
                return self._replace(kind, org, identity, tries, job) if _pause_over(job, tries, now) else False
            case _:
                return self._replace(kind, org, identity, 0, job)

    def _replace(self, kind: Kind, org: UUID, identity: str, tries: int, job: Job | None = None) -> bool:
        if job is not None:
            job.delete()
        try:
            self._enqueue(kind, org, identity, tries)
        except DuplicateJobError:  # somebody else has replaced it
            return False
        return True

    def _enqueue(self, kind: Kind, org: UUID, identity: str, tries: int) -> None:
        meta: dict[str, Any] = {"tries": tries}
        self._queues[kind.queue].enqueue_call(
            kind.function,
            args=(str(org),),
            timeout=kind.timeout,
            result_ttl=0,
            failure_ttl=FAILURE_TTL,
            job_id=identity,
            description=identity,
            meta=meta,
            unique=True,
        )


def queue_of(name: str, connection: Redis) -> Queue:
    """One queue; jobs are JSON, so that nothing but ids and numbers fits in."""
    return Queue(name, connection=connection, serializer=JSONSerializer)


def job_id(kind: Kind, org: UUID) -> str:
    """The id of the one job of a kind for an organisation."""
    return f"{kind.name}-{org.hex}"


def _heard(moment: datetime | None, now: datetime) -> bool:
    return moment is not None and now - moment < _SILENT


def _pause_over(job: Job, tries: int, now: datetime) -> bool:
    if tries <= _QUICK_TRIES or job.ended_at is None:
        return True
    return now - job.ended_at >= timedelta(seconds=min(2**tries, _LONGEST_PAUSE))
