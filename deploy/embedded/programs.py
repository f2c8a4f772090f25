"""Start and stop programs that must not outlive us unnoticed."""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from deploy.embedded.account import Account
from deploy.embedded.processes import until

PR_SET_PDEATHSIG = 1
Step = tuple[signal.Signals, float]


@dataclass(frozen=True)
class Program:
    """A program that runs until it is told to stop, by the (signal, seconds to wait) of `stop_steps` in turn.

    It gets a session of its own (a Ctrl-C at the terminal is ours to pass on, in our order), `stdin` as its
    input, and its output goes to `log`. On Linux the kernel sends it `death_signal` when we die, however.
    """

    name: str
    argv: Sequence[str]
    log: Path
    cwd: Path
    stop_steps: tuple[Step, ...] = ((signal.SIGTERM, 20.0),)
    death_signal: signal.Signals = signal.SIGTERM
    account: Account | None = None
    env: Mapping[str, str] | None = field(default=None, repr=False)
    stdin: bytes = field(default=b"", repr=False)
    descriptors: tuple[int, ...] = ()


Process = subprocess.Popen[bytes]


def start(program: Program) -> Process:
    """Start the program.

    To be called from the main thread: it is this thread's end that the kernel reports.
    """
    with program.log.open("ab") as output:
        process = subprocess.Popen(
            program.argv,
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=program.cwd,
            env=dict(os.environ if program.env is None else program.env),
            pass_fds=program.descriptors,
            start_new_session=True,
            # Runs after the change of user, which would clear it.
            preexec_fn=leash(program.death_signal),  # noqa: PLW1509  # one system call, no lock, no import
            **as_user(program.account),
        )
    _feed(process.stdin, program.stdin)
    return process


def stop(process: Process, steps: Sequence[Step], hurry: Callable[[], bool] = lambda: False) -> None:
    """End a child by each step in turn, then by force (at once when `hurry()`), and all that it started."""
    if process.poll() is not None:
        return
    for sign, seconds in steps:
        if process.poll() is None and not hurry():
            process.send_signal(sign)
            until(lambda: process.poll() is not None or hurry(), seconds)
    if process.poll() is None:
        process.kill()
        process.wait()
    end_group(process)


def end_group(process: Process) -> None:
    """End by force what a child that has ended just now had started: it would keep ports and jobs."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)


def as_user(account: Account | None) -> dict[str, Any]:
    """Return the arguments of `subprocess` that make a program run as `account`."""
    return {} if account is None else {"user": account.uid, "group": account.gid, "extra_groups": []}


def _feed(pipe: IO[bytes] | None, data: bytes) -> None:
    # A program that died at once reports itself by its exit, not by our broken pipe.
    if pipe is not None:
        with contextlib.suppress(BrokenPipeError):
            pipe.write(data)
            pipe.close()


def leash(death_signal: signal.Signals) -> Callable[[], None] | None:
    """What `subprocess` is to call in a child that is to get this signal when the thread that starts it ends."""
    if not sys.platform.startswith("linux"):
        return None
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    parent = os.getpid()

    def put_on() -> None:
        prctl(PR_SET_PDEATHSIG, int(death_signal), 0, 0, 0)
        if os.getppid() != parent:  # we died between the fork and the call above
            os._exit(1)

    return put_on
