"""The tests' own helper: what it starts does not outlive a run of tests that was killed."""

import subprocess
import sys
from pathlib import Path

from deploy.embedded.processes import identify
from tests.workers.processes import PROJECT, until

KILLED = """
import os, signal, sys
from pathlib import Path
from tests.workers.processes import program

words = ("http.server", "0", "--bind", "127.0.0.1")
with program(*words, env=dict(os.environ), log=Path(sys.argv[1])) as started:
    print(started.pid, flush=True)
    signal.pause()
"""


def test_program_ends_with_a_run_that_is_killed(tmp_path: Path) -> None:
    """After kill -9 of the tests no worker of theirs is left to take the jobs of others."""
    words = [sys.executable, "-c", KILLED, str(tmp_path / "log")]
    with subprocess.Popen(words, cwd=PROJECT, stdout=subprocess.PIPE, text=True) as tests:
        assert tests.stdout is not None
        started = identify(int(tests.stdout.readline()))
        assert started is not None and started.alive()
        tests.kill()
    until(lambda: not started.alive())
