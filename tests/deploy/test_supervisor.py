"""The supervisor, with small real programs."""

import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from deploy.embedded.processes import Identity, identify, until
from deploy.embedded.programs import Program
from deploy.supervisor import Supervisor

PROJECT = Path(__file__).resolve().parents[2]
# Says in the journal when it starts and when it is asked to stop.
POLITE = """
import pathlib, signal, sys
def say(word):
    with open("journal", "a") as journal: journal.write(f"{sys.argv[1]} {word}\\n")
def end(number, frame):
    say("stops"); sys.exit(0)
signal.signal(signal.SIGTERM, end)
say("starts")
while True: signal.pause()
"""
DEAF = """
import signal, sys
signal.signal(signal.SIGTERM, signal.SIG_IGN)
open("journal", "a").write("deaf starts\\n")
while True: signal.pause()
"""
HOST = """
import sys
from pathlib import Path
from deploy.embedded.programs import Program
from deploy.supervisor import Supervisor
from tests_programs import programs
folder = Path(sys.argv[1])
supervisor = Supervisor(lambda line: print(line, flush=True))
supervisor.listen()
supervisor.start(programs(folder))
print("up", flush=True)
supervisor.run()
supervisor.stop()
print("down", flush=True)
"""


def program(folder: Path, name: str, code: str = POLITE, *, seconds: float = 20.0) -> Program:
    """A Python program that works in `folder`."""
    return Program(
        name=name,
        argv=[sys.executable, "-c", textwrap.dedent(code), name],
        log=folder / f"{name}.log",
        cwd=folder,
        stop_steps=((signal.SIGTERM, seconds),),
    )


def journal(folder: Path) -> list[str]:
    """What the programs said so far."""
    path = folder / "journal"
    return path.read_text().splitlines() if path.exists() else []


@pytest.fixture
def supervisor():
    """A supervisor whose programs are ended after the test; it notes what it says and starts."""
    said: list[str] = []
    seen: list[tuple[Identity, ...]] = []
    made = Supervisor(said.append, seen.append)
    made.said, made.seen = said, seen  # type: ignore[attr-defined]  # for the test to look at
    yield made
    made.stop()


def tend(supervisor: Supervisor, condition: Callable[[], bool]) -> None:
    """Let the supervisor work until `condition` holds."""
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline
        supervisor.wait(0.02)


def test_programs_stop_in_the_opposite_order(supervisor, tmp_path):
    """What was started last is stopped first, and each has ended before the next is asked."""
    supervisor.start([program(tmp_path, "database")])
    tend(supervisor, lambda: len(journal(tmp_path)) == 1)
    supervisor.start([program(tmp_path, "api")])
    tend(supervisor, lambda: len(journal(tmp_path)) == 2)
    supervisor.stop()
    assert ["database starts", "api starts", "api stops", "database stops"] == journal(tmp_path)


def test_crashed_program_is_started_again_and_reported(supervisor, tmp_path):
    """A killed program comes back as another process, and a line says what happened."""
    supervisor.start([program(tmp_path, "worker")])
    tend(supervisor, lambda: len(journal(tmp_path)) == 1)
    (first,) = supervisor.seen[-1]
    os.kill(first.pid, signal.SIGKILL)
    tend(supervisor, lambda: journal(tmp_path).count("worker starts") == 2)
    (second,) = supervisor.seen[-1]
    assert first != second
    assert ["worker was ended by signal 9 (Killed); starting it again in 0.5 s"] == [
        line.partition(" (its log")[0] for line in supervisor.said
    ]


def test_pauses_grow_while_a_program_fails_at_its_start(tmp_path):
    """A program that cannot start is tried again ever more seldom, at most every 30 seconds."""
    said: list[str] = []
    now = [0.0]
    supervisor = Supervisor(said.append, clock=lambda: now[0])
    supervisor.start([program(tmp_path, "worker", "raise SystemExit(3)")])
    deadline = time.monotonic() + 20
    while len(said) < 8 and time.monotonic() < deadline:
        supervisor.wait(0.01)
        now[0] += 1.0
    supervisor.stop()
    pauses = [float(line.rpartition(" in ")[2].partition(" s")[0]) for line in said]
    assert [0.5, 1, 2, 4, 8, 16, 30, 30] == pauses[:8]
    assert said[0].startswith("worker ended with code 3")


def test_program_that_ran_long_starts_again_soon(tmp_path):
    """A crash after a long steady run is not held against a program's earlier failures."""
    said: list[str] = []
    now = [0.0]
    supervisor = Supervisor(said.append, clock=lambda: now[0])
    supervisor.start([program(tmp_path, "worker", "raise SystemExit(3)")])
    deadline = time.monotonic() + 20
    while len(said) < 3 and time.monotonic() < deadline:
        supervisor.wait(0.01)
        now[0] += 1000.0
    supervisor.stop()
    assert all(" in 0.5 s" in line for line in said)


def test_deaf_program_is_ended_by_force(supervisor, tmp_path):
    """A program that does not follow is killed when its time is over."""
    supervisor.start([program(tmp_path, "deaf", DEAF, seconds=0.1)])
    tend(supervisor, lambda: len(journal(tmp_path)) == 1)
    (identity,) = supervisor.seen[-1]
    supervisor.stop()
    assert not identity.alive()


def host(folder: Path) -> "subprocess.Popen[str]":
    """A supervisor in a process of its own, with a server that has a child and an API."""
    (folder / "tests_programs.py").write_text(
        textwrap.dedent(
            f"""
            import signal, sys
            from deploy.embedded.programs import Program
            POLITE = {POLITE!r}
            def programs(folder):
                return [
                    Program(name=name, argv=[sys.executable, "-c", POLITE, name], log=folder/name, cwd=folder)
                    for name in ("database", "api")
                ]
            """
        )
    )
    process = subprocess.Popen(
        [sys.executable, "-c", HOST, str(folder)],
        env=os.environ | {"PYTHONPATH": f"{PROJECT}{os.pathsep}{folder}"},
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert process.stdout is not None
    assert "up\n" == process.stdout.readline()
    assert until(lambda: len(journal(folder)) == 2, 20)
    return process


@pytest.mark.parametrize("sign", (signal.SIGINT, signal.SIGTERM))
def test_ctrl_c_at_the_terminal_stops_in_order(tmp_path, sign):
    """A signal to the whole foreground group reaches the supervisor alone, which keeps its order."""
    process = host(tmp_path)
    os.killpg(process.pid, sign)
    output, _ = process.communicate(timeout=30)
    assert "down\n" == output
    assert 0 == process.returncode
    assert ["api stops", "database stops"] == journal(tmp_path)[2:]


def test_no_child_is_left_when_the_supervisor_is_killed(tmp_path):
    """After kill -9 of the supervisor its programs end too."""
    process = host(tmp_path)
    children = [identify(child.pid) for child in psutil.Process(process.pid).children(recursive=True)]
    process.kill()
    process.communicate()
    assert 2 == len(children)
    assert until(lambda: not any(child and child.alive() for child in children), 20)
