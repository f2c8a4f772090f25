"""Recognise processes that a former instance left, and end them; helpers for ports, logs and waiting."""

import contextlib
import os
import signal
import socket
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil


@dataclass(frozen=True)
class Identity:
    """A process that cannot be mistaken for a later one with the same number."""

    pid: int
    created: float

    def alive(self) -> bool:
        """Say whether this very process still runs (a zombie does not)."""
        try:
            process = psutil.Process(self.pid)
            same: bool = abs(process.create_time() - self.created) < 0.01
            return same and process.status() != psutil.STATUS_ZOMBIE
        except psutil.NoSuchProcess:
            return False


def identify(pid: int) -> Identity | None:
    """Return the identity of a running process, or None."""
    try:
        return Identity(pid, psutil.Process(pid).create_time())
    except psutil.NoSuchProcess:
        return None


def works_in(pid: int, folder: Path) -> bool:
    """Say whether the process has `folder` as its working folder, as a postmaster has its data folder."""
    try:
        return Path(psutil.Process(pid).cwd()) == folder.resolve()
    except psutil.Error:
        return False


def stop_stranger(identity: Identity, steps: Sequence[tuple[signal.Signals, float]]) -> None:
    """End a process that is no child of ours by each (signal, seconds) in turn, then its family by force."""
    family = _family(identity)
    for sign, seconds in steps:
        _signal(identity, sign)
        if until(lambda: not identity.alive(), seconds):
            break
    for member in family:
        _signal(member, signal.SIGKILL)
    until(lambda: not any(member.alive() for member in family), 10)


def _family(identity: Identity) -> list[Identity]:
    if not identity.alive():
        return []
    try:
        children = psutil.Process(identity.pid).children(recursive=True)
    except psutil.NoSuchProcess:
        return []
    return [identity, *(found for child in children if (found := identify(child.pid)))]


def _signal(identity: Identity, sign: signal.Signals) -> None:
    if identity.alive():
        with contextlib.suppress(ProcessLookupError):
            os.kill(identity.pid, sign)


def until(condition: Callable[[], bool], seconds: float) -> bool:
    """Wait until `condition` holds, at most `seconds`; say whether it does."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True


def free_port() -> int:
    """Return a loopback TCP port that nobody listens on at this moment."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def log_since(log: Path, offset: int, limit: int = 2000) -> str:
    """Return the end of what was written to `log` since byte `offset`."""
    with log.open("rb") as file:
        file.seek(offset)
        return file.read().decode("utf-8", "replace")[-limit:].strip()


def log_size(log: Path, keep: int = 10_000_000) -> int:
    """Return the log's size in bytes; a log beyond `keep` bytes is put aside as `.1` first."""
    if not log.exists():
        return 0
    if (size := log.stat().st_size) <= keep:
        return size
    log.replace(log.with_name(log.name + ".1"))
    return 0
