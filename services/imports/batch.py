"""An import as one batch: previewed at a position of the log, committed only there, undone as a whole.

Nothing is kept between preview and commit: the plan follows from the file, the position and the moment. A
commit that was cut off is finished by committing once more under the same id: the plan is made again as of
the same position and moment, and what is stored already is not stored twice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from uuid import UUID

from events.errors import VersionConflict
from events.event import AnyRecorded
from events.log import Log
from events.subjects.batch import BatchFinished, BatchStarted, BatchUndone
from projections.fold import BATCH
from services.errors import NotFound, Refused
from services.imports import history, roster
from services.imports.csvfile import read_csv
from services.imports.directory import TYPES, Directory, directory_of
from services.imports.ndjson import read_ndjson
from services.imports.verdicts import REFUSED, Plan
from services.pipeline import Clock, Fact, Pipeline, now_utc
from services.streams import log_stream

CHUNK = 400
MOST_NOTES = 100
"""Notes of the log about itself between a preview and its commit; hours of them."""
PAGE = 5_000
ATTEMPTS = 5
MAX_FILENAME = 200

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Who imports under which id."""

    org: UUID
    batch_id: UUID
    actor: str

    @property
    def cause(self) -> str:
        """What the batch's facts carry as their cause."""
        return BATCH + str(self.batch_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What a file would do to a log of planned_at events; sha256 is the file's, in hex."""

    filename: str
    sha256: str
    planned_at: int
    plan: Plan


@dataclass(frozen=True, slots=True, kw_only=True)
class Committed:
    """A batch in the log, or the same one asked for again (repeated); events: those of its rows, 0 = none."""

    batch_id: UUID
    plan: Plan
    events: int
    repeated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """What the log says of a batch; finished and undone are its own events, if they are there."""

    started: AnyRecorded
    finished: AnyRecorded | None = None
    undone: AnyRecorded | None = None


class Importer:
    """Previews and commits imports of one log; taking them back stands in `services.imports.undo`."""

    def __init__(self, log: Log, pipeline: Pipeline, clock: Clock = now_utc) -> None:
        self._log, self._pipeline, self._clock = log, pipeline, clock

    def preview(self, org: UUID, data: bytes, filename: str) -> Preview:
        """The verdict on every row, with nothing written.

        Raises Refused when the file cannot be read at all: `file_too_large`, `empty_file`, ...
        """
        size = self._log.size(org)
        plan = self._plan(Batch(org=org, batch_id=UUID(int=0), actor=""), data, size, self._clock())
        return Preview(filename=filename, sha256=_hash(data), planned_at=size, plan=plan)

    def commit(
        self,
        org: UUID,
        data: bytes,
        filename: str,
        *,
        planned_at: int,
        batch_id: UUID,
        actor: str,
        progress: Progress | None = None,
    ) -> Committed:
        """Write what the preview at that position showed; the same id again finishes or repeats it.

        progress is told (facts stored, facts in all). Raises Refused `position_moved`, `batch_reused` (the id
        belongs to another file), `batch_undone`, and what `preview` raises.
        """
        batch = Batch(org=org, batch_id=batch_id, actor=actor)
        known = course_of(self._log, org, batch_id)
        if known is None:
            now = self._clock()
            plan = self._plan(batch, data, planned_at, now)
            self._start(batch, _started(batch, plan, filename, data, planned_at), now)
        else:
            _resumable(known, data)
            plan = self._plan(batch, data, known.started.data.planned_at, known.started.occurred_at)
        finished = known is not None and known.finished is not None
        total = sum(len(group) for group in plan.groups())
        if total and not finished:
            self._store(batch, plan, total, progress)
        return Committed(batch_id=batch_id, plan=plan, events=total, repeated=finished)

    def _plan(self, batch: Batch, data: bytes, position: int, now: datetime) -> Plan:
        if self._log.size(batch.org) < position:
            raise _moved(position)
        directory = directory_of(self._known(batch.org, position))
        return plan_file(batch.org, data, directory, now, batch.cause)

    def _known(self, org: UUID, position: int) -> Iterator[AnyRecorded]:
        """What imports look at, among the first events of the log."""
        after = -1
        while page := self._log.read(org, after=after, upto=position - 1, types=TYPES, limit=PAGE):
            yield from page
            after = page[-1].position

    def _start(self, batch: Batch, started: BatchStarted, now: datetime) -> None:
        """Write the beginning at the position for which it was planned; nothing when no row adds anything."""
        if not self._still_holds(batch.org, started.planned_at, self._log.size(batch.org)):
            raise _moved(started.planned_at)
        if not started.importable:
            return
        begun_at = self._say(batch, started, now)
        if not self._still_holds(batch.org, started.planned_at, begun_at):  # a writer came between
            self._say(batch, BatchUndone(reason="position_moved", streams=0), self._clock())
            raise _moved(started.planned_at)

    def _still_holds(self, org: UUID, planned_at: int, size: int) -> bool:
        """Whether nothing came since the preview but what the log notes about itself, whenever it does."""
        if not planned_at <= size <= planned_at + MOST_NOTES:
            return False
        since = self._log.read(org, after=planned_at - 1, upto=size - 1, limit=MOST_NOTES)
        return all(one.stream == log_stream(org) for one in since)

    def _say(self, batch: Batch, data: BatchStarted | BatchFinished | BatchUndone, at: datetime) -> int:
        """Append to the batch's own stream, each of its events once; the position it has."""
        fact = Fact(stream=f"batch-{batch.batch_id}", data=data, occurred_at=at)
        key = f"import/{batch.batch_id}/{data.TYPE}"
        return self._pipeline.record(batch.org, [fact], actor=batch.actor, key=key).first_position

    def _store(self, batch: Batch, plan: Plan, total: int, progress: Progress | None) -> None:
        done = 0
        for number, chunk in enumerate(_chunks(plan)):
            store(self._pipeline, batch, chunk, cause=batch.cause, key=f"import/{batch.batch_id}/{number}")
            done += len(chunk)
            if progress is not None:
                progress(done, total)
        self._say(batch, BatchFinished(events=total), self._clock())


def plan_file(org: UUID, data: bytes, directory: Directory, now: datetime, cause: str) -> Plan:
    """The plan of a file: a history when its first character opens an object, else a roster."""
    if _is_history(data):
        lines, notes = read_ndjson(data)
        return history.plan_history(org, lines, directory, now, cause, notes=notes)
    return roster.plan_roster(org, read_csv(data), directory, now, cause)


def store(pipeline: Pipeline, batch: Batch, facts: Sequence[Fact], *, cause: str, key: str | None = None) -> None:
    """Store facts in one transaction, again when another writer came first."""
    for _ in range(ATTEMPTS - 1):
        try:
            pipeline.record(batch.org, facts, actor=batch.actor, cause=cause, key=key)
        except VersionConflict:
            continue
        return
    pipeline.record(batch.org, facts, actor=batch.actor, cause=cause, key=key)


def course_of(log: Log, org: UUID, batch_id: UUID) -> Course | None:
    """What the log says of a batch, None when it does not know it."""
    found = {type(one.data): one for one in log.read_stream(org, f"batch-{batch_id}")}
    if BatchStarted not in found:
        return None
    return Course(started=found[BatchStarted], finished=found.get(BatchFinished), undone=found.get(BatchUndone))


def known_course(log: Log, org: UUID, batch_id: UUID) -> Course:
    """What the log says of a batch. Raises NotFound `unknown_batch`."""
    course = course_of(log, org, batch_id)
    if course is None:
        raise NotFound("unknown_batch", f"There is no import {batch_id} in this organisation.")
    return course


def _started(batch: Batch, plan: Plan, filename: str, data: bytes, planned_at: int) -> BatchStarted:
    return BatchStarted(
        batch_id=str(batch.batch_id),
        source=filename[:MAX_FILENAME],
        format=plan.format,
        sha256=_hash(data),
        planned_at=planned_at,
        rows=len(plan.rows),
        importable=sum(bool(row.facts) for row in plan.rows),
        refused=plan.counts()[REFUSED],
    )


def _resumable(known: Course, data: bytes) -> None:
    if known.started.data.sha256 != _hash(data):
        raise Refused("batch_reused", "This import's id belongs to another file; take a new id.")
    if known.undone is not None:
        raise Refused("batch_undone", "This import was undone; preview the file and commit it under a new id.")


def _chunks(plan: Plan) -> Iterator[list[Fact]]:
    """The facts in lots of some hundred; those of one row stay together."""
    chunk: list[Fact] = []
    for facts in plan.groups():
        chunk += facts
        if len(chunk) >= CHUNK:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def _moved(position: int) -> Refused:
    return Refused(
        "position_moved",
        f"The log is no longer where the preview saw it ({position} events); preview the file again.",
        planned_at=position,
    )


def _is_history(data: bytes) -> bool:
    head = data[:4096].replace(b"\x00", b"")
    return head.lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n").startswith(b"{")


def _hash(data: bytes) -> str:
    return sha256(data).hexdigest()
