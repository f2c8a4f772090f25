"""A signer that is killed between two of its writes: what runs in the process that dies."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from deploy.signing.desk import DAY, Desk
from deploy.signing.folder import open_signer_folder
from tests.deploy.signing.chain import ORIGIN, TRUE

WRITES = ("open", "fdopen", "write", "fsync", "replace", "rename", "unlink", "close")
SIZES = (0, 3, 4, 9)
ROTATED_AFTER = 1


def live(root: Path, told: Connection, last: int) -> None:
    """Sign, rotate, sign on, retire a key; end by kill -9 before the write of that number. Tell each note given out."""
    _kill_before(last)
    times = iter(range(0, 1_000 * DAY, 2 * DAY))
    with open_signer_folder(root) as folder:
        desk = Desk(folder, clock=lambda: float(next(times)))
        for number, size in enumerate(SIZES):
            told.send_bytes(TRUE.signed(desk, size))
            if number == ROTATED_AFTER:
                told.send_bytes(desk.rotate(ORIGIN, 1).new_vkey.encode())
    told.send_bytes(b"lived")


def _kill_before(last: int) -> None:
    left = last

    def counted(call: Callable[..., Any]) -> Callable[..., Any]:
        def deadly(*words: Any, **options: Any) -> Any:
            nonlocal left
            left -= 1
            if left < 0:
                os.kill(os.getpid(), signal.SIGKILL)
            return call(*words, **options)

        return deadly

    for name in WRITES:
        # Python's own pipes write by other names of these functions, or there would be more deaths than writes.
        setattr(os, name, counted(getattr(os, name)))
