"""Rebuilds of the relationship view from logs of two sizes: events per second and memory, beside the bare read."""

from __future__ import annotations

import resource
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from uuid import UUID

from deploy.addresses import full
from deploy.bench.biglog import fill
from deploy.bench.ground import Ground, organisation
from deploy.bench.table import Line
from events.tenancy import make_engine, tenant
from projections.heads import LIVE, log_end
from projections.rebuild import rebuild
from projections.scan import all_streams

Measured = Callable[[str, UUID], tuple[float, int, float]]
WANTED_RATE, WANTED_MEGABYTES = 60_000.0, 500.0


def measure(ground: Ground, seconds: float, events: int = 1_000_000) -> list[Line]:
    """Rates and memory for a tenth of the events and for all of them; `seconds` plays no part."""
    lines: list[Line] = []
    for size in (max(events // 10, 1), events):
        engine = ground.engine()
        org = organisation(engine)
        engine.dispose()
        relationships = fill(ground, org, size)
        rebuilt, folded, memory = _apart(_rebuilt, full(ground.service), org)
        read, _, _ = _apart(_read, full(ground.service), org)
        what = f"rebuild, {size:,} events of {relationships:,} relationships"
        lines += [
            Line(what=what, ours=folded / rebuilt, yardstick="wanted", theirs=WANTED_RATE, unit="events/s", target=1.0),
            Line(what=what, ours=folded / rebuilt, yardstick="bare read", theirs=folded / read, unit="events/s"),
            _memory(size, memory),
        ]
    return lines


def _memory(size: int, megabytes: float) -> Line:
    what = f"memory of that, {size:,} events"
    return Line(
        what=what, ours=megabytes, yardstick="wanted", theirs=WANTED_MEGABYTES, unit="MB", target=1.0, at_most=True
    )


def _apart(work: Measured, url: str, org: UUID) -> tuple[float, int, float]:
    """Run in a process of its own: seconds, events, peak memory in MB."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(work, url, org).result()


def _rebuilt(url: str, org: UUID) -> tuple[float, int, float]:
    engine = make_engine(url)
    start = time.perf_counter()
    done = rebuild(engine, org, LIVE, kind="relationship")
    seconds = time.perf_counter() - start
    engine.dispose()
    return seconds, done.events, _peak()


def _read(url: str, org: UUID) -> tuple[float, int, float]:
    engine = make_engine(url)
    start = time.perf_counter()
    with tenant(engine, org) as connection:
        events = sum(len(one.rows) for one in all_streams(connection, org, log_end(connection, org), "relationship"))
    seconds = time.perf_counter() - start
    engine.dispose()
    return seconds, events, _peak()


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
