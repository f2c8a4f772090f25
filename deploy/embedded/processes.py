"""Start, stop and recognise processes that must not outlive us unnoticed."""

import contextlib
import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import psutil  # type: ignore[import-untyped]  # it ships no types

from deploy.embedded.account import Account

PR_SET_PDEATHSIG = 1


@dataclass(frozen=True)
class Identity:
    """A process that cannot be mistaken for a later one with the same number."""

    pid: int
    created: float

    def alive(self) -> bool:
        """Say whether this very process still runs (a zombie does not)."""
        try:
            process = psutil.Process(self.pid)
            return abs(process.create_time() - self.created) < 0.01 and process.status() != psutil.STATUS_ZOMBIE
        except psutil.NoSuchProcess:
            return False


def identify(pid: int) -> Identity | None:
    """Return the identity of a running process, or None."""
    try:
        return Identity(pid, psutil.Process(pid).create_time())
    except psutil.NoSuchProcess:
        return None


def spawn(
    argv: Sequence[str],
    *,
    log: Path,
    cwd: Path,
    death_signal: signal.Signals,
    account: Account | None = None,
    env: Mapping[str, str] | None = None,
    stdin: bytes = b"",
) -> subprocess.Popen[bytes]:
    """Start a program in a session of its own (a Ctrl-C at the terminal is ours to pass on), its output in `log`.

    On Linux the kernel sends it `death_signal` when this thread's process dies, however it dies.
    """
    with log.open("ab") as output:
        process = subprocess.Popen(
            argv,
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=cwd,
            env=dict(os.environ if env is None else env),
            start_new_session=True,
            preexec_fn=_leash(death_signal),  # runs after the change of user, which would clear it
            **_as_user(account),
        )
    _feed(process.stdin, stdin)
    return process


def _as_user(account: Account | None) -> dict[str, Any]:
    return {} if account is None else {"user": account.uid, "group": account.gid, "extra_groups": []}


def _feed(pipe: IO[bytes] | None, data: bytes) -> None:
    # A program that died at once reports itself by its exit, not by our broken pipe.
    if pipe is not None:
        with contextlib.suppress(BrokenPipeError):
            pipe.write(data)
            pipe.close()


def _leash(death_signal: signal.Signals) -> Callable[[], None] | None:
    if not sys.platform.startswith("linux"):
        return None
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    parent = os.getpid()

    def leash() -> None:
        prctl(PR_SET_PDEATHSIG, int(death_signal), 0, 0, 0)
        if os.getppid() != parent:  # we died between the fork and the call above
            os._exit(1)

    return leash


def stop(process: subprocess.Popen[bytes], *steps: tuple[signal.Signals, float]) -> None:
    """Ask a child to end by each (signal, seconds to wait) in turn, then kill it."""
    for sign, seconds in steps:
        if process.poll() is not None:
            return
        process.send_signal(sign)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(seconds)
    if process.poll() is None:
        process.kill()
        process.wait()


def stop_stranger(identity: Identity, *steps: tuple[signal.Signals, float]) -> None:
    """The same for a process that a former instance left, with all that it started."""
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
