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


@pytest.fixture(scope="module")
def imported(module_database: Database, real: Real) -> Iterator[Imported]:
    """Both files committed, one after the other, and then the history alone undone and committed again."""
    engine = make_engine(module_database.service_url)
    create_log(engine, ORG)
    log = Log(engine)
    importer, undoer = Importer(log, Pipeline(log)), Undoer(log, Pipeline(log))

    def commit(data: bytes, name: str) -> Committed:
        at = importer.preview(ORG, data, name).planned_at
        return importer.commit(ORG, data, name, planned_at=at, batch_id=uuid4(), actor=ACTOR)

    roster = commit(real.roster, "roster.csv")
    wrong = commit(real.history, "history.ndjson")
    undoer.undo(ORG, wrong.batch_id, reason="a test", actor=ACTOR)
    yield Imported(log, roster, commit(real.history, "history.ndjson"))
    engine.dispose()


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
