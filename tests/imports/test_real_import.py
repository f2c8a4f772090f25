"""The real files in a real log: every event is there, live states are the replayed ones."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import Any, NamedTuple
from uuid import uuid4

import pytest

from events.event import AnyRecorded
from events.log import Log
from events.organisations import create_log
from events.tenancy import make_engine
from projections.fold import fold_of, run
from projections.live import Live, encode, kind_of
from services.errors import Refused
from services.imports.batch import Committed, Importer
from services.imports.undo import Undoer
from services.pipeline import Pipeline
from tests.conftest import Database
from tests.imports.real import Real
from tests.imports.rows import ORG

ACTOR = "token:test"


class Imported(NamedTuple):
    """A log with both files in it, the roster first."""

    log: Log
    roster: Committed
    history: Committed

    def by_stream(self) -> dict[str, list[AnyRecorded]]:
        """All events, by stream."""
        streams: dict[str, list[AnyRecorded]] = defaultdict(list)
        for one in self.log.read(ORG, limit=100_000):
            streams[one.stream].append(one)
        return streams


class Ledger(NamedTuple):
    """An empty log and what imports into it."""

    log: Log
    importer: Importer
    undoer: Undoer

    def commit(self, data: bytes, name: str) -> Committed:
        """Commit a file as of now."""
        at = self.importer.preview(ORG, data, name).planned_at
        return self.importer.commit(ORG, data, name, planned_at=at, batch_id=uuid4(), actor=ACTOR)

    def undo(self, done: Committed) -> int:
        """Take an import back."""
        return self.undoer.undo(ORG, done.batch_id, reason="a test", actor=ACTOR)

    def states(self) -> dict[str, Any]:
        """The live state of every stream but the imports' own, where it is another than that of an empty stream."""
        streams = sorted({one.stream for one in self.log.read(ORG, limit=100_000)})
        live = Live(self.log)
        found = [live.load(ORG, streams[at : at + 500])[0] for at in range(0, len(streams), 500)]
        return {
            stream: snapshot.state
            for page in found
            for stream, snapshot in page.items()
            if kind_of(stream) != "batch" and snapshot.state != fold_of(kind_of(stream)).initial
        }


def ledger_in(database: Database) -> Iterator[Ledger]:
    """A ledger in a database with nothing in it."""
    engine = make_engine(database.service_url)
    create_log(engine, ORG)
    log = Log(engine)
    yield Ledger(log, Importer(log, Pipeline(log)), Undoer(log, Pipeline(log)))
    engine.dispose()


@pytest.fixture
def ledger(database: Database) -> Iterator[Ledger]:
    """A ledger for one test."""
    yield from ledger_in(database)


@pytest.fixture(scope="module")
def imported(module_database: Database, real: Real) -> Iterator[Imported]:
    """Both files committed, one after the other, and then the history alone undone and committed again."""
    for ledger in ledger_in(module_database):
        roster = ledger.commit(real.roster, "roster.csv")
        ledger.undo(ledger.commit(real.history, "history.ndjson"))
        yield Imported(ledger.log, roster, ledger.commit(real.history, "history.ndjson"))


def test_both_files_are_taken_back(ledger: Ledger, real: Real) -> None:
    """The newer one first: every state is what it was before; the other order is refused and says which is first."""
    roster = ledger.commit(real.roster, "roster.csv")
    between = ledger.states()
    history = ledger.commit(real.history, "history.ndjson")
    with pytest.raises(Refused) as refusal:
        ledger.undo(roster)
    assert ("batch_moved_on", [str(history.batch_id)]) == (refusal.value.code, refusal.value.facts["imports"])
    assert refusal.value.message.endswith(f" Take back first, in this order: {history.batch_id}.")
    assert len({fact.stream for fact in history.plan.facts()}) == ledger.undo(history)
    assert between == ledger.states()
    assert len({fact.stream for fact in roster.plan.facts()}) == ledger.undo(roster)
    assert {} == ledger.states()


def test_every_planned_fact_is_in_the_log(imported: Imported) -> None:
    """Each fact of the plans is stored once under its batch, at its moment."""
    for done in (imported.roster, imported.history):
        cause = f"import:{done.batch_id}"
        stored = Counter(
            (one.stream, one.type, one.occurred_at)
            for events in imported.by_stream().values()
            for one in events
            if one.cause == cause
        )
        assert stored == Counter((one.stream, one.data.TYPE, one.occurred_at) for one in done.plan.facts())
        assert done.events == sum(stored.values())


def test_undone_and_imported_again(imported: Imported) -> None:
    """After the undo every fact of the history was imported once more, as if for the first time."""
    counts = imported.history.plan.counts()
    assert (2317, 0, 0) == (counts["import"] + counts["warning"], counts["unchanged"], counts["refused"])


def test_live_is_replayed(imported: Imported) -> None:
    """The live state of every stream is the fold of its events."""
    streams: dict[str, Any] = imported.by_stream()
    names = sorted(streams)
    for at in range(0, len(names), 500):
        live, _, _ = Live(imported.log).load(ORG, names[at : at + 500])
        for name, snapshot in live.items():
            assert encode(run(fold_of(kind_of(name)), streams[name])) == encode(snapshot)
