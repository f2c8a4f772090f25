"""Keeps an instance's programs running, and stops them in order."""

import signal
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from types import FrameType

from deploy.embedded import processes
from deploy.embedded.processes import Identity, identify
from deploy.embedded.programs import Process, Program, end_group, start, stop

FIRST_PAUSE, LONGEST_PAUSE = 0.5, 30.0
STEADY_SECONDS = 60.0
"""A program that ran this long before it ended is not failing at its start: the pauses begin anew."""


@dataclass
class _Charge:
    """A program in our care."""

    program: Program
    process: Process
    since: float
    failures: int = 0
    due: float | None = None


@dataclass
class Supervisor:
    """Runs programs in the order in which they are given and stops them in the opposite order.

    `say` gets a line for people; `changed` is called with every process after a start.
    """

    say: Callable[[str], None]
    changed: Callable[[tuple[Identity, ...]], None] = lambda identities: None
    clock: Callable[[], float] = time.monotonic
    _charges: list[_Charge] = field(default_factory=list)
    _wake: threading.Event = field(default_factory=threading.Event)
    _asked: int = 0

    def adopt(self, program: Program, process: Process) -> None:
        """Take care of a program that runs already."""
        self._charges.append(_Charge(program, process, self.clock()))
        self._report()

    def start(self, programs: Iterable[Program]) -> None:
        """Start programs."""
        for program in programs:
            processes.log_size(program.log)
            self.adopt(program, start(program))

    def listen(self) -> None:
        """Take SIGINT and SIGTERM as the wish to stop; the second one as the wish to stop at once."""
        for sign in (signal.SIGINT, signal.SIGTERM):
            signal.signal(sign, self._ask)

    def _ask(self, number: int, frame: FrameType | None) -> None:
        self._asked += 1
        self._wake.set()

    @property
    def stopping(self) -> bool:
        """Say whether somebody asked to stop."""
        return self._asked > 0

    def wait(self, seconds: float) -> None:
        """Look after the programs once, then pause; the pause ends early when somebody asks to stop."""
        for charge in self._charges:
            self._look_after(charge)
        self._wake.wait(seconds)

    def run(self) -> None:
        """Look after the programs until somebody asks to stop."""
        while not self.stopping:
            self.wait(0.2)

    def stop(self) -> None:
        """End every program, the last started first, each within its deadlines."""
        while self._charges:
            charge = self._charges.pop()
            stop(charge.process, charge.program.stop_steps, hurry=lambda: self._asked > 1)

    def _look_after(self, charge: _Charge) -> None:
        if charge.process.poll() is None:
            return
        now = self.clock()
        if charge.due is None:
            end_group(charge.process)
            steady = now - charge.since > STEADY_SECONDS
            charge.failures = 1 if steady else charge.failures + 1
            pause = min(FIRST_PAUSE * 2 ** (charge.failures - 1), LONGEST_PAUSE)
            charge.due = now + pause
            self.say(_obituary(charge, pause))
        elif now >= charge.due:
            charge.process, charge.since, charge.due = start(charge.program), now, None
            self._report()

    def _report(self) -> None:
        found = (identify(charge.process.pid) for charge in self._charges)
        self.changed(tuple(identity for identity in found if identity is not None))


def _obituary(charge: _Charge, pause: float) -> str:
    code = charge.process.returncode
    how = f"was ended by signal {-code} ({signal.strsignal(-code)})" if code < 0 else f"ended with code {code}"
    program = charge.program
    return f"{program.name} {how}; starting it again in {pause:g} s (its log: {program.log})"
