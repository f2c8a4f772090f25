"""Worker processes as they run in an instance."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil
from sqlalchemy import Engine, text

from deploy.embedded.programs import leash

PROJECT = Path(__file__).resolve().parents[2]
PATIENCE = 30.0
_LOCK_WAITERS = """
    SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'
"""


def until(holds: Callable[[], object], seconds: float = PATIENCE) -> None:
    """Wait until something holds; fail when it takes too long."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "it never came"
        time.sleep(0.02)


def environment(service_url: str, redis_url: str, data: Path) -> dict[str, str]:
    """What an instance tells its programs."""
    return os.environ | {
        "DATABASE_URL": service_url,
        "REDIS_URL": redis_url,
        "MENTORLEDGER_DATA": str(data),
        "MENTORLEDGER_SWEEP_SECONDS": "1",
        "PYTHONPATH": str(PROJECT),
    }


@contextmanager
def program(module: str, *words: str, env: dict[str, str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Run one; its children end with it, and it with the tests, however those end."""
    with log.open("ab") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", module, *words],
            env=env,
            stdout=output,
            stderr=subprocess.STDOUT,
            preexec_fn=leash(signal.SIGKILL),  # noqa: PLW1509  # one system call, no lock, no import
        )
    try:
        yield process
    finally:
        if process.poll() is None:
            children = psutil.Process(process.pid).children(recursive=True)
            process.kill()
            for child in children:
                with suppress(psutil.NoSuchProcess):  # a fork may end at any moment
                    child.kill()
        process.wait()


def waits_on_lock(engine: Engine) -> bool:
    """Whether some other connection to this database waits for a lock: the job is under way and cannot end."""
    with engine.connect() as connection:
        return bool(connection.scalar(text(_LOCK_WAITERS)))


def horse_of(process: subprocess.Popen[bytes]) -> psutil.Process | None:
    """The fork that runs the worker's job, if it runs one."""
    children = psutil.Process(process.pid).children()
    return children[0] if children else None
