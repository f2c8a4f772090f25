"""`python -m deploy.bench.checkpointer ADDRESS FOLDER ORG...`: signs these logs over and over, as the workers do."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID

from deploy.addresses import full
from deploy.bench.ground import Ground
from deploy.signing.desk import Desk
from deploy.signing.folder import open_signer_folder
from events.checkpointing import checkpoint
from events.tenancy import make_engine
from events.treestore import TreeStore

PAUSE = 0.25
"""Seconds between two looks: an instance takes one every few seconds."""


@contextmanager
def checkpointing(ground: Ground, *orgs: UUID) -> Iterator[None]:
    """Sign the logs in a process beside this one, from the first answer on until the block ends."""
    words = (full(ground.service), str(ground.folder / "bench-signer"), *map(str, orgs))
    with subprocess.Popen(
        [sys.executable, "-m", "deploy.bench.checkpointer", *words], stdout=subprocess.PIPE
    ) as process:
        try:
            assert process.stdout is not None
            process.stdout.readline()
            yield
            assert process.poll() is None, "a log was not signed: what it says stands above"
        finally:
            process.kill()


def main(address: str, folder: str, *orgs: str) -> None:
    """Sign until killed; a line is written once every log was signed."""
    store = TreeStore(make_engine(address, pool_size=1))
    with open_signer_folder(Path(folder)) as kept:
        desk, told = Desk(kept), False
        while True:
            for org in orgs:
                checkpoint(store, desk, UUID(org))
            if not told:
                told = True
                sys.stdout.write("signed\n")
                sys.stdout.flush()
            time.sleep(PAUSE)


if __name__ == "__main__":
    main(*sys.argv[1:])
