"""`python -m tests.events.killed URL ORG FILE`: checkpointers that die. Reads steps, one a line, and forks for each.

The fork makes a checkpoint and kills itself (SIGKILL) when it comes to that step: a statement, a commit, or one side
of the signer's answer. Told is, per line, how the fork ended: the signal as a negative number, 0 when it got through.
"""

from __future__ import annotations

import gc
import itertools
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from uuid import UUID

from sqlalchemy import event, make_url

from events.checkpointing import checkpoint
from events.tenancy import make_engine
from events.treestore import TreeStore
from tests.signing import MemorySigner


class Watched(MemorySigner):
    """A signer whose caller may die before the memory is written, or before the answer is used."""

    def __init__(self, file: Path, step: Callable[[], None]) -> None:
        super().__init__(file)
        self._step = step

    def sign(self, origin: str, old: int, proof: list[bytes], size: int, root: bytes) -> bytes:
        self._step()
        note = super().sign(origin, old, proof, size, root)
        self._step()
        return note


def run(url: str, org: UUID, file: Path, last: int) -> None:
    """Make a checkpoint, with the last step that this process takes."""
    counter = itertools.count(1)

    def step(*_: object) -> None:
        if next(counter) == last:
            os.kill(os.getpid(), signal.SIGKILL)

    engine = make_engine(url)
    for name in ("before_cursor_execute", "after_cursor_execute", "commit"):
        event.listen(engine, name, step)
    store = TreeStore(engine)
    # One tile per transaction: more places to die at.
    small = store.complete_tiles
    store.complete_tiles = lambda org, limit=1: small(org, limit)  # type: ignore[method-assign]  # as said
    checkpoint(store, Watched(file, step), org)
    engine.dispose()


def main(url: str, org: str, file: str) -> None:
    """Fork for each line."""
    address = make_url(url).render_as_string(hide_password=False)
    run(address, UUID(org), Path(file), 0)  # what is loaded here, no fork has to load
    gc.freeze()
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            code = 1
            try:
                run(address, UUID(org), Path(file), int(line))
                code = 0
            finally:
                os._exit(code)
        _, status = os.waitpid(child, 0)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(status)}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
