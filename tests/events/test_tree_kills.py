"""kill -9 between any two statements of a checkpointer: what is stored is always right, and the next one goes on."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID

import pytest

from events.checkpointing import checkpoint
from events.proof.checkpoint import origin_of
from events.treestore import TreeStore
from tests.core import Whole
from tests.events.naive import full_tiles, grow, leaf, root_of, stored_tiles
from tests.events.rows import rows
from tests.signing import MemorySigner

PROJECT = Path(__file__).resolve().parents[2]
KILLS = 50
MOST_STEPS = 75


@contextmanager
def dying(url: str, org: UUID, file: Path) -> Iterator[subprocess.Popen[str]]:
    """The program that forks checkpointers to be killed."""
    command = [sys.executable, "-m", "tests.events.killed", url, str(org), str(file)]
    with subprocess.Popen(
        command, cwd=PROJECT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
    ) as process:
        yield process


def ended(process: subprocess.Popen[str], step: int) -> int:
    """How a checkpointer that dies at a step ended."""
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(f"{step}\n")
    return int(process.stdout.readline())


class Truth:
    """What the definition makes of the records so far."""

    def __init__(self, url: str, org: UUID) -> None:
        self._url, self._org = url, org
        self._leaves: list[bytes] = []
        self._roots: dict[int, bytes] = {}

    def root(self, size: int) -> bytes:
        """The root of so many records."""
        query = "SELECT leaf_hash, record FROM events WHERE position >= %s ORDER BY position"
        for stored, record in rows(self._url, self._org, query, len(self._leaves)):
            assert leaf(bytes(record)) == bytes(stored)
            self._leaves.append(bytes(stored))
        return self._roots.setdefault(size, root_of(self._leaves[:size]))

    def must_hold(self, *, finished: bool = False) -> None:
        """Every stored tile is right, none is missing before it; so is the newest checkpoint."""
        for size, root in rows(self._url, self._org, "SELECT size, root FROM checkpoints ORDER BY size DESC LIMIT 1"):
            assert self.root(size) == bytes(root)
        tiles, expected = stored_tiles(self._url, self._org), full_tiles(self._leaves)
        assert {place: expected[place] for place in tiles} == tiles
        assert [] == [(level, number) for level, number in tiles if number and (level, number - 1) not in tiles]
        assert not finished or expected == tiles


@pytest.mark.parametrize("seed", range(4))
def test_a_killed_checkpointer_leaves_nothing_wrong(everything: Whole, url: str, tmp_path: Path, seed: int) -> None:
    """Two hundred deaths in all, by seed; after each all is right, and at the end one that lives signs everything."""
    chance = random.Random(seed)
    org = everything.organisation()
    file = tmp_path / "memory.json"
    signer = MemorySigner(file)
    truth = Truth(url, org)
    size, deaths = 0, 0
    with dying(everything.engine.url.render_as_string(hide_password=False), org, file) as process:
        while deaths < KILLS:
            size = grow(url, org, chance.choice((1, 5, 128, 255, 256, 257)))
            code = ended(process, chance.randint(1, MOST_STEPS))
            assert code in {0, -signal.SIGKILL}
            deaths += code != 0
            known = signer.state(origin_of(org))
            assert truth.root(known.size) == known.root
            truth.must_hold()
    checkpoint(TreeStore(everything.engine), signer, org)
    latest = TreeStore(everything.engine).latest(org)
    assert latest is not None
    assert (size, truth.root(size)) == (latest.size, latest.root)
    truth.must_hold(finished=True)
