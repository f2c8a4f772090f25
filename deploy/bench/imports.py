"""The import of the real roster and its history (SHARED_DIR), beside as many raw single-row inserts."""

from __future__ import annotations

import os
import time
from contextlib import closing
from pathlib import Path
from uuid import uuid4

from deploy.bench.ground import Ground, organisation
from deploy.bench.table import Line
from deploy.bench.yardsticks import RawInserts
from deploy.errors import DeployError
from events.log import Log
from services.imports.batch import Importer
from services.pipeline import Pipeline

FILES = ("lfx-roster.csv", "lfx-history.ndjson")


def measure(ground: Ground, seconds: float) -> list[Line]:
    """Seconds for each file, planned and committed; `seconds` plays no part."""
    folder = Path(os.environ.get("SHARED_DIR", "../shared")) / "data"
    if not folder.is_dir():
        raise DeployError(
            "no_real_data", f"There is no folder {folder}. Set SHARED_DIR to the folder with the real data."
        )
    engine, lines = ground.engine(), list[Line]()
    with closing(RawInserts(ground, 1)) as raw:
        org, log = organisation(engine), Log(engine)
        importer = Importer(log, Pipeline(log))
        for name in FILES:
            data = (folder / name).read_bytes()
            start, size = time.perf_counter(), log.size(org)
            done = importer.commit(org, data, name, planned_at=size, batch_id=uuid4(), actor="operator:bench")
            ours = time.perf_counter() - start
            lines.append(_line(name, len(done.plan.rows), done.events, ours, _inserts(raw, size, done.events)))
    engine.dispose()
    return lines


def _inserts(raw: RawInserts, first: int, rows: int) -> float:
    start = time.perf_counter()
    for number in range(first, first + rows):
        raw(0, number)
    return time.perf_counter() - start


def _line(name: str, rows: int, events: int, ours: float, theirs: float) -> Line:
    what = f"import of {name}: {rows:,} rows, {events:,} events"
    return Line(what=what, ours=ours, yardstick=f"{events:,} raw INSERTs", theirs=theirs, unit="s")
