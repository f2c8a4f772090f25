"""The check of a whole log's bundle beside the code of Go's checksum database, how it is written, and one proof."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from multiprocessing import get_context
from pathlib import Path
from typing import TypeVar
from uuid import UUID

from sqlalchemy import Engine

from deploy.bench.biglog import ACTOR, fill
from deploy.bench.ground import Ground, organisation
from deploy.bench.oracle import Asked, beside, build
from deploy.bench.rounds import milliseconds
from deploy.bench.table import Line
from deploy.signing.desk import Desk
from deploy.signing.folder import open_signer_folder
from events.checkpointing import checkpoint
from events.log import Log
from events.proof.checkpoint import origin_of
from events.proof.tree import inclusion_proof
from events.tenancy import make_engine
from events.treestore import StoredCheckpoint, TreeStore
from services.bundles.verify import verify
from services.bundles.write import Exporter
from services.pipeline import Pipeline
from services.streams import take_streams_root

WANTED_RECORDS, WANTED_MS, WANTED_MB = 150_000.0, 5.0, 300.0
_SECONDS_PER_ROUND, _PROOFS = 3, 200


@dataclass(frozen=True)
class Signed:
    """A log of simulated lives, and two checkpoints of it."""

    org: UUID
    vkey: str
    before: StoredCheckpoint
    last: StoredCheckpoint


def measure(ground: Ground, seconds: float, events: int = 1_000_000) -> list[Line]:
    """Records per second of a check, milliseconds of an inclusion proof, memory of an export."""
    engine = ground.engine()
    try:
        program = build(ground.folder)
        log = _signed(ground, engine, events)
        bundle, theirs = ground.folder / "bundle", ground.folder / "oracle"
        memory = _apart(_export, engine.url.render_as_string(hide_password=False), log.org, bundle)
        _beside(engine, bundle, theirs, log)
        oracle = [program, theirs]
        ours, go = milliseconds(
            [lambda: _check(bundle, log.vkey), lambda: subprocess.run(oracle, check=True, capture_output=True)],
            times=max(int(seconds / _SECONDS_PER_ROUND), 1),
        )
        proof = _proof(TreeStore(engine), log)
    finally:
        engine.dispose()
    rate, go_rate = (log.last.size / one * 1000 for one in (ours, go))
    what, unit = f"verify, {events:,} records", "records/s"
    return [
        Line(what=what, ours=rate, yardstick="wanted", theirs=WANTED_RECORDS, unit=unit, target=1.0),
        Line(what=what, ours=rate, yardstick="Go's checksum database", theirs=go_rate, unit=unit),
        _at_most(f"inclusion proof, {events:,} records", proof, WANTED_MS, "ms"),
        _at_most(f"export, {events:,} records, memory", memory, WANTED_MB, "MB"),
    ]


def _at_most(what: str, ours: float, wanted: float, unit: str) -> Line:
    return Line(what=what, ours=ours, yardstick="wanted", theirs=wanted, unit=unit, target=1.0, at_most=True)


def _signed(ground: Ground, engine: Engine, events: int) -> Signed:
    org, tree = organisation(engine), TreeStore(engine)
    with open_signer_folder(ground.folder / "signer") as folder:
        desk = Desk(folder)
        fill(ground, org, events)
        before = checkpoint(tree, desk, org)
        take_streams_root(Pipeline(Log(engine)), tree, org, datetime.now(UTC), actor=ACTOR)
        last = checkpoint(tree, desk, org)
        vkey = desk.state(origin_of(org)).vkey
    assert before is not None, "it has events"
    assert last is not None, "it has one more"
    return Signed(org, vkey, before, last)


def _check(bundle: Path, vkey: str) -> None:
    verdict = verify(bundle, [vkey])
    assert verdict.sound, verdict.faults


def _beside(engine: Engine, bundle: Path, folder: Path, log: Signed) -> None:
    index = log.last.size // 2
    record = Log(engine).record_bytes(log.org, index)
    assert record is not None, "it is in the middle"
    hash_at = TreeStore(engine).hash_at(log.org, log.last.size)
    beside(bundle, folder, Asked(vkey=log.vkey, before=log.before, last=log.last, index=index, record=record), hash_at)


def _proof(tree: TreeStore, log: Signed) -> float:
    size = log.last.size
    # All over the log, and each with a reader that has read nothing yet.
    places = (turn * size // (_PROOFS + 1) for turn in range(_PROOFS + 1))
    (found,) = milliseconds([lambda: inclusion_proof(next(places), size, tree.hash_at(log.org, size))], times=_PROOFS)
    return found


T = TypeVar("T")


def _apart(work: Callable[..., T], *arguments: object) -> T:
    """In a process of its own, whose memory holds nothing else."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(work, *arguments).result()


def _export(url: str, org: UUID, bundle: Path) -> float:
    """Write the bundle; the most megabytes that the process had."""
    engine = make_engine(url)
    Exporter(Log(engine), TreeStore(engine)).organisation(org, bundle)
    engine.dispose()
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024
