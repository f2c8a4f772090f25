"""Witnesses to test against: ours, and a program that is not ours."""

import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.anchors.logs import TestLog
from tests.project.files import ROOT
from workers.anchors.witness import WitnessAddress

SECONDS = 60.0
FOREIGN = ROOT / ".venv-oracles" / "bin" / "aics-witness"


@contextmanager
def running(argv: Sequence[str], folder: Path, form: str) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    """A program and what it says of the form (the one group), once it has said it; killed at the end."""
    said = folder / "output"
    environment = os.environ | {"PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"}
    with said.open("wb") as output:
        process = subprocess.Popen(argv, cwd=folder, stdout=output, stderr=output, env=environment)
        try:
            yield process, _awaited(process, said, form)
        finally:
            process.kill()
            process.wait()


def _awaited(process: subprocess.Popen[bytes], said: Path, form: str) -> str:
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        if found := re.search(form, said.read_text()):
            return found[1]
        time.sleep(0.02)
    raise AssertionError(f"{process.args!r} did not start: {said.read_text()}")


@contextmanager
def ours(
    folder: Path, logs: Sequence[TestLog | str], *more: str
) -> Iterator[tuple[subprocess.Popen[bytes], WitnessAddress]]:
    """`mentorledger witness` as a process, for logs or their keys."""
    told = [word for log in logs for word in ("--log", log if isinstance(log, str) else log.key.vkey)]
    argv = [sys.executable, "-m", "deploy.main", "witness", "--data", str(folder), "--port", "0", *told, *more]
    with running(argv, folder, r"Ready: (\S+)/add-checkpoint\n") as (process, url):
        vkey = re.findall(r"Key: (\S+)\n", (folder / "output").read_text())[0]
        yield process, WitnessAddress.of(f"{url}#{vkey}")


@contextmanager
def foreign(folder: Path, logs: Sequence[TestLog]) -> Iterator[tuple[subprocess.Popen[bytes], WitnessAddress]]:
    """`aics-witness`, a program by others; the test is skipped where it is not installed."""
    program = str(FOREIGN) if FOREIGN.exists() else shutil.which("aics-witness")
    if program is None:
        pytest.skip("aics-witness is not installed: see .ci/run")
    config = ["--config", str(folder / "witness.json")]
    init = [program, "init", *config, "--name", "witness.test/w1", "--listen", "127.0.0.1:0"]
    vkey = subprocess.run(init, capture_output=True, text=True, check=True).stdout.strip()
    for log in logs:
        add = [program, "add-log", *config, "--origin", log.origin, "--vkey", log.key.vkey]
        subprocess.run(add, capture_output=True, check=True)
    with running([program, "serve", *config], folder, r"listening on (http://\S+) ") as (process, url):
        yield process, WitnessAddress.of(f"{url}#{vkey}")
