"""The real files and their plans in both orders, for the tests that look at them."""

import json
from collections import defaultdict
from csv import DictReader
from datetime import datetime
from io import StringIO
from pathlib import Path
from typing import Any, NamedTuple

from events.event import Happened
from projections.fold import Snapshot, fold_of, run
from services.imports.batch import plan_file
from services.imports.directory import Directory
from services.imports.verdicts import Plan
from services.pipeline import Fact
from tests.imports.rows import CAUSE, NOW, ORG


class Real(NamedTuple):
    """The files as bytes and as plain Python reads them."""

    roster: bytes
    history: bytes
    rows: list[dict[str, str]]
    facts: list[dict[str, Any]]


class Order(NamedTuple):
    """Both files planned one after the other, the directory after both, and all facts by stream."""

    roster: Plan
    history: Plan
    directory: Directory
    streams: dict[str, list[Fact]]


def read(folder: Path) -> Real:
    """Both files."""
    roster = (folder / "data" / "lfx-roster.csv").read_bytes()
    history = (folder / "data" / "lfx-history.ndjson").read_bytes()
    rows = list(DictReader(StringIO(roster.decode(), newline="")))
    return Real(roster, history, rows, [json.loads(line) for line in history.decode().splitlines()])


def planned(real: Real, first: str) -> Order:
    """Both files, `roster` or `history` first."""
    directory = Directory()
    names = ("roster", "history") if first == "roster" else ("history", "roster")
    plans = {name: plan_file(ORG, getattr(real, name), directory, NOW, CAUSE) for name in names}
    streams: dict[str, list[Fact]] = defaultdict(list)
    for name in names:
        for fact in plans[name].facts():
            streams[fact.stream].append(fact)
    return Order(plans["roster"], plans["history"], directory, streams)


def replayed(facts: list[Fact], until: datetime = NOW) -> Any:
    """The state of a stream after those of its facts that had happened by a moment."""
    happened = [
        Happened(
            stream=fact.stream,
            stream_version=version,
            occurred_at=fact.occurred_at,
            actor="test",
            data=fact.data,
        )
        for version, fact in enumerate(facts, start=1)
        if fact.occurred_at <= until
    ]
    snapshot: Snapshot[Any] = run(fold_of(facts[0].stream.partition("-")[0]), happened)
    return snapshot.state
