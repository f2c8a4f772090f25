"""Taking an import back as a whole: a compensating event in every stream that it touched."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from events.event import AnyRecorded
from events.log import Log
from events.subjects.batch import BatchUndone, Undone
from projections.fold import CannotUndo
from projections.live import Live
from services.errors import Refused
from services.imports.batch import PAGE, Batch, Course, Progress, known_course, store
from services.pipeline import Clock, Fact, Pipeline, now_utc

CHUNK = 200
SHOWN = 20


class Undoer:
    """Takes batches of one log back."""

    def __init__(self, log: Log, pipeline: Pipeline, clock: Clock = now_utc) -> None:
        self._log, self._pipeline, self._clock = log, pipeline, clock
        self._live = Live(log)

    def undo(self, org: UUID, batch_id: UUID, *, reason: str, actor: str, progress: Progress | None = None) -> int:
        """Take the batch back, finished or not; the number of streams. Asked for again it goes on.

        progress is told (streams taken back, streams in all). Raises NotFound `unknown_batch` and Refused
        `batch_moved_on` with the streams in which something else has happened since.
        """
        batch = Batch(org=org, batch_id=batch_id, actor=actor)
        course = known_course(self._log, org, batch_id)
        if course.undone is not None:
            return int(course.undone.data.streams)
        touched = self._touched(batch, course)
        waiting = self._waiting(batch, touched)
        for at in range(0, len(waiting), CHUNK):
            self._take_back(batch, waiting[at : at + CHUNK], reason)
            if progress is not None:
                progress(len(touched) - len(waiting[at + CHUNK :]), len(touched))
        self._finish(batch, BatchUndone(reason=reason, streams=len(touched)))
        return len(touched)

    def _touched(self, batch: Batch, course: Course) -> list[str]:
        """The streams with events of the batch, in the order in which it came to them."""
        streams: dict[str, None] = {}
        after = course.started.position
        upto = course.finished.position if course.finished is not None else None
        while page := self._log.read(batch.org, after=after, upto=upto, limit=PAGE):
            streams |= {one.stream: None for one in page if one.cause == batch.cause}
            after = page[-1].position
        return list(streams)

    def _waiting(self, batch: Batch, streams: Sequence[str]) -> list[str]:
        """Those that are not taken back yet."""
        waiting: list[str] = []
        moved: list[str] = []
        for at in range(0, len(streams), CHUNK):
            snapshots, _, _ = self._live.load(batch.org, streams[at : at + CHUNK])
            last = {stream: snapshot.batch == str(batch.batch_id) for stream, snapshot in snapshots.items()}
            waiting += [stream for stream, is_last in last.items() if is_last]
            moved += [stream for stream, is_last in last.items() if not (is_last or self._done(batch, stream))]
        if moved:
            raise _moved_on(moved)
        return waiting

    def _done(self, batch: Batch, stream: str) -> bool:
        return any(_undoes(one, batch.batch_id) for one in self._log.read_stream(batch.org, stream))

    def _take_back(self, batch: Batch, streams: Sequence[str], reason: str) -> None:
        data, now = Undone(batch_id=str(batch.batch_id), reason=reason), self._clock()
        facts = [Fact(stream=stream, data=data, occurred_at=now) for stream in streams]
        try:
            store(self._pipeline, batch, facts, cause=f"undo:{batch.batch_id}")
        except CannotUndo as error:  # something happened in one of them between the look and the append
            raise _moved_on(list(streams)) from error

    def _finish(self, batch: Batch, data: BatchUndone) -> None:
        fact = Fact(stream=f"batch-{batch.batch_id}", data=data, occurred_at=self._clock())
        self._pipeline.record(batch.org, [fact], actor=batch.actor, key=f"undo/{batch.batch_id}")


def _undoes(recorded: AnyRecorded, batch_id: UUID) -> bool:
    return isinstance(recorded.data, Undone) and recorded.data.batch_id == str(batch_id)


def _moved_on(streams: list[str]) -> Refused:
    more = f" and {len(streams) - SHOWN} more" if len(streams) > SHOWN else ""
    return Refused(
        "batch_moved_on",
        f"Something else has happened since in {len(streams)} of the import's streams: "
        f"{', '.join(streams[:SHOWN])}{more}. Take that back first, or correct single entries.",
        streams=streams,
    )
