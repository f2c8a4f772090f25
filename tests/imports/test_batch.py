"""An import is one batch: previewed, committed at its position or not at all, undone as a whole."""

from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from typing import Any, NamedTuple
from uuid import UUID, uuid4

import pytest
from msgspec.structs import replace

from events.event import AnyRecorded
from events.log import Log
from events.organisations import create_log
from events.subjects.batch import BatchFinished, BatchStarted, BatchUndone, Undone
from events.subjects.log import StreamsRootTaken
from events.subjects.relationship import MentorJoined
from events.tenancy import make_engine
from projections.fold import Layer, Snapshot
from projections.live import Live, encode
from services.errors import NotFound, Refused
from services.imports import batch, undo
from services.imports.batch import Importer
from services.imports.undo import Undoer
from services.pipeline import Fact, Pipeline
from tests.conftest import Database
from tests.imports.rows import HEADER, NOW, ORG, row

OTHER = UUID("0f0e0d0c-0000-4000-8000-000000000002")
ACTOR = "token:test"
FILE = "\n".join(
    (
        HEADER,
        row(),
        row(title="Tracing"),
        row(title="Docs", mentor_emails="di@mentors.example", mentor_names="Di"),
    )
).encode()


class Crash(Exception):
    """The process is gone."""


class Ledger(NamedTuple):
    """The services of one test over one empty log of each of two organisations."""

    log: Log
    pipeline: Pipeline
    importer: Importer
    undoer: Undoer

    def events(self, org: UUID = ORG) -> list[AnyRecorded]:
        """The whole log."""
        return self.log.read(org, limit=100_000)

    def commit(self, batch_id: UUID, data: bytes = FILE, **more: Any) -> batch.Committed:
        """Commit as of now, unless told otherwise."""
        at = {"planned_at": self.log.size(ORG)} | more
        return self.importer.commit(ORG, data, "roster.csv", batch_id=batch_id, actor=ACTOR, **at)

    def states(self) -> dict[str, bytes]:
        """The live state of every stream but the batches' own, without its version."""
        return {stream: repr(one.state).encode() for stream, one in self.snapshots().items()}

    def layers(self) -> dict[str, tuple[Layer, ...]]:
        """What can be taken back from every stream."""
        return {stream: one.layers for stream, one in self.snapshots().items()}

    def snapshots(self) -> dict[str, Snapshot[Any]]:
        """The live snapshot of every stream but the batches' own."""
        streams = sorted({one.stream for one in self.events() if not one.stream.startswith("batch-")})
        return Live(self.log).load(ORG, streams)[0]

    def streams_of(self, batch_id: UUID) -> set[str]:
        """The streams that a batch touched."""
        return {one.stream for one in self.events() if one.cause == f"import:{batch_id}"}

    def relationship(self) -> str:
        """The stream of the relationship that was imported first."""
        return next(one.stream for one in self.events() if one.stream.startswith("relationship-"))

    def change(self) -> str:
        """Something happens by hand in that relationship; its stream."""
        fact = Fact(stream=self.relationship(), data=MentorJoined(person=str(uuid4())), occurred_at=NOW)
        self.pipeline.record(ORG, [fact], actor=ACTOR)
        return fact.stream


@pytest.fixture
def ledger(database: Database) -> Iterator[Ledger]:
    """Two organisations' empty logs in a fresh database."""
    engine = make_engine(database.service_url)
    for org in (ORG, OTHER):
        create_log(engine, org)
    log = Log(engine)
    pipeline = Pipeline(log)
    yield Ledger(log, pipeline, Importer(log, pipeline), Undoer(log, pipeline))
    engine.dispose()


def crash_after(calls: int) -> batch.Progress:
    """A progress that ends the process at its nth call."""
    seen: list[int] = []

    def progress(done: int, total: int) -> None:
        seen.append(done)
        if len(seen) == calls:
            raise Crash

    return progress


def test_a_preview_writes_nothing(ledger: Ledger) -> None:
    """A preview says what would be, and at which position."""
    preview = ledger.importer.preview(ORG, FILE, "roster.csv")
    assert ("roster", {"import": 3, "unchanged": 0, "warning": 0, "refused": 0}) == (
        preview.plan.format,
        preview.plan.counts(),
    )
    assert (0, []) == (preview.planned_at, ledger.events())


def test_a_commit_writes_what_the_preview_showed(ledger: Ledger) -> None:
    """The batch's beginning, every fact with the batch as its cause, its end; progress rises to the whole."""
    preview, id_, told = ledger.importer.preview(ORG, FILE, "roster.csv"), uuid4(), []
    done = ledger.commit(id_, planned_at=preview.planned_at, progress=lambda *one: told.append(one))
    first, *facts, last = ledger.events()
    planned = [(fact.stream, fact.data, fact.occurred_at) for fact in preview.plan.facts()]
    assert sorted(planned, key=repr) == sorted(((one.stream, one.data, one.occurred_at) for one in facts), key=repr)
    assert {f"import:{id_}"} == {one.cause for one in facts}
    assert BatchFinished(events=len(facts)) == last.data
    assert isinstance(first.data, BatchStarted)
    assert (str(id_), "roster.csv", 0, 3, 3, 0) == (
        first.data.batch_id, first.data.source, first.data.planned_at, first.data.rows, first.data.importable,
        first.data.refused
    )  # fmt: skip  # what is compared
    assert (len(facts), False, (len(facts), len(facts))) == (done.events, done.repeated, told[-1])


def test_a_commit_after_the_log_has_moved(ledger: Ledger) -> None:
    """What was previewed at another position is not written; the refusal says to preview again."""
    preview = ledger.importer.preview(ORG, FILE, "roster.csv")
    ledger.commit(uuid4(), row_file(title="First"))
    size = ledger.log.size(ORG)
    for position in (preview.planned_at, size + 1):
        with pytest.raises(Refused) as refusal:
            ledger.commit(uuid4(), planned_at=position)
        assert ("position_moved", size) == (refusal.value.code, ledger.log.size(ORG))


def test_what_the_log_notes_about_itself_is_no_move(ledger: Ledger) -> None:
    """Checkpoints, anchors and audits leave their notes at moments of their own; a preview outlives them."""
    preview = ledger.importer.preview(ORG, FILE, "roster.csv")
    taken = StreamsRootTaken(size=0, root="0" * 64, programmes_root="0" * 64)
    note = Fact(stream=f"log-{ORG}", data=taken, occurred_at=NOW)
    ledger.pipeline.record(ORG, [note], actor="worker:test")
    done = ledger.commit(uuid4(), planned_at=preview.planned_at)
    assert done.events > 0
    assert BatchFinished in {type(one.data) for one in ledger.events()}


def test_a_commit_that_another_writer_outruns(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    """A writer between the look and the append makes the batch void: begun, undone, no fact of it."""
    ledger.commit(uuid4(), row_file(title="First"))
    monkeypatch.setattr(ledger.log, "size", lambda org: 1)
    with pytest.raises(Refused) as refusal:
        ledger.commit(uuid4(), planned_at=1)
    assert "position_moved" == refusal.value.code
    assert [BatchStarted, BatchUndone] == [type(one.data) for one in ledger.events()[-2:]]


def test_the_same_batch_again(ledger: Ledger) -> None:
    """The same id and file once more is the same answer, and no further event."""
    id_ = uuid4()
    first, events = ledger.commit(id_), ledger.events()
    again = ledger.commit(id_, planned_at=0)
    assert (first.plan, first.events, True) == (again.plan, again.events, again.repeated)
    assert events == ledger.events()


def test_a_commit_that_was_cut_off(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    """After a crash in the middle the same id finishes the batch: nothing twice, nothing missing."""
    monkeypatch.setattr(batch, "CHUNK", 4)
    id_ = uuid4()
    with pytest.raises(Crash):
        ledger.commit(id_, progress=crash_after(2))
    begun = len(ledger.events())
    done = ledger.commit(id_, planned_at=0)
    facts = [one for one in ledger.events() if one.cause == f"import:{id_}"]
    assert begun < len(ledger.events())
    assert (done.events, False) == (len(facts), done.repeated)
    assert sorted(repr(fact.data) for fact in done.plan.facts()) == sorted(repr(one.data) for one in facts)
    assert BatchFinished(events=done.events) == ledger.events()[-1].data


def test_the_id_of_another_file(ledger: Ledger) -> None:
    """An id that belongs to another file's import is refused."""
    id_ = uuid4()
    ledger.commit(id_)
    with pytest.raises(Refused) as refusal:
        ledger.commit(id_, row_file(title="Other"))
    assert "batch_reused" == refusal.value.code


def test_a_file_that_changes_nothing(ledger: Ledger) -> None:
    """A file whose rows are all there already writes no batch."""
    ledger.commit(uuid4())
    size = ledger.log.size(ORG)
    again = ledger.commit(uuid4())
    assert (0, 3, size) == (again.events, again.plan.counts()["unchanged"], ledger.log.size(ORG))


def test_a_rows_facts_stay_together(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    """Lots end between rows: after a crash a row is there whole or not at all."""
    monkeypatch.setattr(batch, "CHUNK", 1)
    with pytest.raises(Crash):
        ledger.commit(uuid4(), progress=crash_after(1))
    first_row = ledger.importer.preview(OTHER, FILE, "roster.csv").plan.rows[0]
    assert Counter(fact.data.TYPE for fact in first_row.facts) == Counter(one.type for one in ledger.events()[1:])


def test_an_undone_batch(ledger: Ledger) -> None:
    """Undoing gives every stream the state that it had before, and says so once in each and in the batch."""
    ledger.commit(uuid4(), row_file(title="First"))
    before, id_ = ledger.states(), uuid4()
    ledger.commit(id_)
    touched = {one.stream for one in ledger.events() if one.cause == f"import:{id_}"}
    told: list[tuple[int, int]] = []
    count = ledger.undoer.undo(ORG, id_, reason="wrong file", actor=ACTOR, progress=lambda *one: told.append(one))
    after = ledger.states()
    assert before == {stream: after[stream] for stream in before}
    assert touched == {one.stream for one in ledger.events() if isinstance(one.data, Undone)}
    assert (len(touched), (count, count)) == (count, told[-1])
    assert BatchUndone(reason="wrong file", streams=count) == ledger.events()[-1].data


def test_an_undo_asked_for_twice(ledger: Ledger) -> None:
    """The second undo has the first one's answer and writes nothing."""
    id_ = uuid4()
    ledger.commit(id_)
    first, events = ledger.undoer.undo(ORG, id_, reason="", actor=ACTOR), ledger.events()
    assert (first, events) == (ledger.undoer.undo(ORG, id_, reason="", actor=ACTOR), ledger.events())


def test_an_undo_that_was_cut_off(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    """After a crash in the middle the undo goes on with the streams that are left."""
    monkeypatch.setattr(undo, "CHUNK", 3)
    id_ = uuid4()
    ledger.commit(id_)
    with pytest.raises(Crash):
        ledger.undoer.undo(ORG, id_, reason="", actor=ACTOR, progress=crash_after(1))
    count = ledger.undoer.undo(ORG, id_, reason="", actor=ACTOR)
    assert count == sum(isinstance(one.data, Undone) for one in ledger.events())


def test_an_unfinished_batch_can_be_undone(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    """A batch that was cut off may be taken back instead of finished; then it cannot be finished any more."""
    monkeypatch.setattr(batch, "CHUNK", 4)
    id_ = uuid4()
    with pytest.raises(Crash):
        ledger.commit(id_, progress=crash_after(1))
    assert 0 < ledger.undoer.undo(ORG, id_, reason="", actor=ACTOR)
    with pytest.raises(Refused) as refusal:
        ledger.commit(id_)
    assert "batch_undone" == refusal.value.code


def test_a_stream_that_moved_on(ledger: Ledger) -> None:
    """A batch is not undone under what happened since: the streams are named, nothing is written."""
    id_ = uuid4()
    ledger.commit(id_)
    stream = ledger.change()
    events = ledger.events()
    with pytest.raises(Refused) as refusal:
        ledger.undoer.undo(ORG, id_, reason="", actor=ACTOR)
    assert ("batch_moved_on", [stream]) == (refusal.value.code, refusal.value.facts["streams"])
    assert events == ledger.events()


def test_three_batches_one_on_the_other(ledger: Ledger) -> None:
    """Taken back in the reverse order, each gives every stream what it was before that batch, to the first one's."""
    states, done = [ledger.states()], list[UUID]()
    for title in ("First", "Second", "Third"):
        done.append(uuid4())
        ledger.commit(done[-1], "\n".join((HEADER, row(goal=title), row(title=title))).encode())
        states.append(ledger.states())
    shared = ledger.streams_of(done[0]) & ledger.streams_of(done[1]) & ledger.streams_of(done[2])
    assert {"relationship"} == {stream.partition("-")[0] for stream in shared}
    for id_, before in zip(reversed(done), reversed(states[:-1]), strict=True):
        ledger.undoer.undo(ORG, id_, reason="", actor=ACTOR)
        after = ledger.states()
        assert before == {stream: after[stream] for stream in before}
    assert {} == {stream: found for stream, found in ledger.layers().items() if found}


def test_taken_back_in_the_wrong_order(ledger: Ledger) -> None:
    """The refusal names the later imports that lie above it, the newest first; done in this order it works."""
    done = []
    for title in ("First", "Second", "Third"):
        done.append(uuid4())
        ledger.commit(done[-1], row_file(goal=title))
    events = ledger.events()
    with pytest.raises(Refused) as refusal:
        ledger.undoer.undo(ORG, done[0], reason="", actor=ACTOR)
    assert ("batch_moved_on", [str(done[2]), str(done[1])]) == (refusal.value.code, refusal.value.facts["imports"])
    assert refusal.value.message.endswith(f" Take back first, in this order: {done[2]}, {done[1]}.")
    assert events == ledger.events()
    for id_ in (done[2], done[1], done[0]):
        assert 0 < ledger.undoer.undo(ORG, id_, reason="", actor=ACTOR)


def test_a_change_by_hand_between_two_batches(ledger: Ledger) -> None:
    """The later batch can be taken back, what people did after the earlier one holds that one in place."""
    first, second = uuid4(), uuid4()
    ledger.commit(first, row_file())
    stream = ledger.change()
    ledger.commit(second, row_file(goal="Second"))
    assert stream in ledger.streams_of(second)
    ledger.undoer.undo(ORG, second, reason="", actor=ACTOR)
    with pytest.raises(Refused) as refusal:
        ledger.undoer.undo(ORG, first, reason="", actor=ACTOR)
    assert ([stream], []) == (refusal.value.facts["streams"], refusal.value.facts["imports"])
    assert refusal.value.message.endswith(f": {stream}. Correct single entries instead.")


def test_a_change_between_two_parts_of_a_batch(ledger: Ledger) -> None:
    """A batch is not taken back by half: where something came between its parts, it stays whole."""
    id_ = uuid4()
    ledger.commit(id_, row_file())
    stream = ledger.change()
    more = [Fact(stream=stream, data=MentorJoined(person=str(uuid4())), occurred_at=NOW)]
    ledger.pipeline.record(ORG, more, actor=ACTOR, cause=f"import:{id_}")
    with pytest.raises(Refused) as refusal:
        ledger.undoer.undo(ORG, id_, reason="", actor=ACTOR)
    assert ("batch_moved_on", [stream]) == (refusal.value.code, refusal.value.facts["streams"])


def test_a_change_in_the_middle_of_an_undo(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    """What happens between the look and the append is named alone, and not taken back."""
    id_ = uuid4()
    ledger.commit(id_)
    changed: list[str] = []

    def late(*words: Any, **more: Any) -> None:
        changed.extend([] if changed else [ledger.change()])
        batch.store(*words, **more)

    monkeypatch.setattr(undo, "store", late)
    with pytest.raises(Refused) as refusal:
        ledger.undoer.undo(ORG, id_, reason="", actor=ACTOR)
    assert ("batch_moved_on", changed) == (refusal.value.code, refusal.value.facts["streams"])


def test_two_take_the_same_batch_back_at_once(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever comes second goes on with what is left: each stream is taken back once."""
    id_ = uuid4()
    ledger.commit(id_)
    streams = ledger.streams_of(id_)
    first = [Fact(stream=min(streams), data=Undone(batch_id=str(id_)), occurred_at=NOW)]

    def late(*words: Any, **more: Any) -> None:
        if not any(isinstance(one.data, Undone) for one in ledger.events()):
            ledger.pipeline.record(ORG, first, actor=ACTOR)
        batch.store(*words, **more)

    monkeypatch.setattr(undo, "store", late)
    assert len(streams) == ledger.undoer.undo(ORG, id_, reason="", actor=ACTOR)
    assert sorted(streams) == sorted(one.stream for one in ledger.events() if isinstance(one.data, Undone))


def test_what_a_state_remembers_of_batches_stays_small(ledger: Ledger) -> None:
    """Each batch that touches a stream adds an id and a number to its live row; a change by hand clears them."""
    ledger.commit(uuid4(), row_file(goal="0"))
    stream = ledger.relationship()
    sizes = []
    for number in range(1, 6):
        ledger.commit(uuid4(), row_file(goal=str(number)))
        snapshot = ledger.snapshots()[stream]
        sizes.append(len(encode(snapshot)) - len(encode(replace(snapshot, layers=()))))
    assert max(after - before for before, after in pairwise(sizes)) <= len(f',["{uuid4()}",99]')
    ledger.change()
    assert () == ledger.snapshots()[stream].layers


def test_imported_again_after_an_undo(ledger: Ledger) -> None:
    """The corrected file can be imported after the undo: undone rows do not count as known."""
    id_ = uuid4()
    first = ledger.commit(id_)
    ledger.undoer.undo(ORG, id_, reason="", actor=ACTOR)
    again = ledger.commit(uuid4())
    assert (3, first.events) == (again.plan.counts()["import"], again.events)
    assert sorted(fact.stream for fact in first.plan.facts()) == sorted(fact.stream for fact in again.plan.facts())


def test_a_batch_that_nobody_knows(ledger: Ledger) -> None:
    """An unknown id and another organisation's are the same to the caller."""
    id_ = uuid4()
    ledger.commit(id_)
    for org, asked in ((ORG, uuid4()), (OTHER, id_)):
        with pytest.raises(NotFound) as refusal:
            ledger.undoer.undo(org, asked, reason="", actor=ACTOR)
        assert "unknown_batch" == refusal.value.code
    assert [] == ledger.events(OTHER)


def row_file(**cells: str) -> bytes:
    """A roster of one row."""
    return f"{HEADER}\n{row(**cells)}\n".encode()
