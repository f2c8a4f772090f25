"""Taking an import back as a whole: a compensating event in every stream that it touched."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from events.event import AnyRecorded
from events.log import Log
from events.subjects.batch import BatchUndone, Undone
from projections.fold import CannotUndo, Layer
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
        `batch_moved_on` with the streams in which something else has happened since, and the later batches to take
        back first, the newest first; none where it was something else than a batch.
        """
        batch = Batch(org=org, batch_id=batch_id, actor=actor)
        course = known_course(self._log, org, batch_id)
        if course.undone is not None:
            return int(course.undone.data.streams)
        touched = self._touched(batch, course)
        waiting = self._waiting(batch, touched)
        for at in range(0, len(waiting), CHUNK):
            self._take_back(batch, touched, waiting[at : at + CHUNK], reason)
            if progress is not None:
                progress(len(touched) - len(waiting[at + CHUNK :]), len(touched))
        self._finish(batch, BatchUndone(reason=reason, streams=len(touched)))
        return len(touched)

    def _touched(self, batch: Batch, course: Course) -> dict[str, int]:
        """The streams with events of the batch, each with the version it had before, in the order it came to them."""
        streams: dict[str, int] = {}
        after = course.started.position
        upto = course.finished.position if course.finished is not None else None
        while page := self._log.read(batch.org, after=after, upto=upto, limit=PAGE):
            for one in page:
                if one.cause == batch.cause:
                    streams.setdefault(one.stream, one.stream_version - 1)
            after = page[-1].position
        return streams

    def _waiting(self, batch: Batch, touched: Mapping[str, int]) -> list[str]:
        """Those that are not taken back yet."""
        layers = self._layers(batch.org, list(touched))
        own = {stream: Layer(batch=str(batch.batch_id), since=since) for stream, since in touched.items()}
        waiting = [stream for stream, layer in own.items() if layers[stream][-1:] == (layer,)]
        others = own.keys() - set(waiting)
        moved = [stream for stream in touched if stream in others and not self._done(batch, stream)]
        if moved:
            raise self._moved_on(batch.org, {stream: _after(own[stream], layers[stream]) for stream in moved})
        return waiting

    def _layers(self, org: UUID, streams: Sequence[str]) -> dict[str, tuple[Layer, ...]]:
        found: dict[str, tuple[Layer, ...]] = {}
        for at in range(0, len(streams), CHUNK):
            snapshots, _, _ = self._live.load(org, streams[at : at + CHUNK])
            found |= {stream: snapshot.layers for stream, snapshot in snapshots.items()}
        return found

    def _moved_on(self, org: UUID, later: Mapping[str, frozenset[str]]) -> Refused:
        """What to say of streams that moved on, each with the batches that came after this one."""
        stuck = [stream for stream, batches in later.items() if not batches]
        if stuck:
            return _refused("What happened since cannot be taken back", stuck, "Correct single entries instead.")
        imports = frozenset().union(*later.values())
        newest_first = sorted(imports, key=lambda one: -known_course(self._log, org, UUID(one)).started.position)
        advice = f"Take back first, in this order: {', '.join(newest_first)}."
        return _refused("Something was imported later", list(later), advice, newest_first)

    def _done(self, batch: Batch, stream: str) -> bool:
        return any(_undoes(one, batch.batch_id) for one in self._log.read_stream(batch.org, stream))

    def _take_back(self, batch: Batch, touched: Mapping[str, int], streams: Sequence[str], reason: str) -> None:
        data, now = Undone(batch_id=str(batch.batch_id), reason=reason), self._clock()
        facts = [Fact(stream=stream, data=data, occurred_at=now) for stream in streams]
        try:
            store(self._pipeline, batch, facts, cause=f"undo:{batch.batch_id}")
        except CannotUndo:  # something happened in one of them between the look and the append
            left = self._waiting(batch, {stream: touched[stream] for stream in streams})
            if left:  # somebody else took the others back
                self._take_back(batch, touched, left, reason)

    def _finish(self, batch: Batch, data: BatchUndone) -> None:
        fact = Fact(stream=f"batch-{batch.batch_id}", data=data, occurred_at=self._clock())
        self._pipeline.record(batch.org, [fact], actor=batch.actor, key=f"undo/{batch.batch_id}")


def _undoes(recorded: AnyRecorded, batch_id: UUID) -> bool:
    return isinstance(recorded.data, Undone) and recorded.data.batch_id == str(batch_id)


def _after(own: Layer, layers: Sequence[Layer]) -> frozenset[str]:
    """The batches that came after the layer; none where something else came too, a later part of the same one say."""
    if own not in layers:
        return frozenset()
    later = frozenset(layer.batch for layer in layers[layers.index(own) + 1 :])
    return frozenset() if own.batch in later else later


def _refused(what: str, streams: list[str], advice: str, imports: Sequence[str] = ()) -> Refused:
    more = f" and {len(streams) - SHOWN} more" if len(streams) > SHOWN else ""
    sentence = f"{what} in {len(streams)} of the import's streams: {', '.join(streams[:SHOWN])}{more}. {advice}"
    return Refused("batch_moved_on", sentence, streams=streams, imports=list(imports))
