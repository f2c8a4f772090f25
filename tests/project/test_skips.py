"""Where skips are forbidden, a skipped test fails the run."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.project.files import ROOT

SKIPS = {
    "one test": "import pytest\ndef test_a():\n    pytest.skip('no server')\n",
    "by its mark": "import pytest\npytestmark = pytest.mark.skip(reason='no server')\ndef test_a():\n    pass\n",
    "a module": "import pytest\npytest.skip('no server', allow_module_level=True)\n",
}


def outcome(folder: Path, source: str, forbid: str) -> subprocess.CompletedProcess[str]:
    """How a run of pytest over one file with this source ends."""
    test = folder / "test_it.py"
    test.write_text(source)
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-p",
        "tests.skips",
        "-p",
        "no:cacheprovider",
        "-c",
        os.devnull,
    ]
    environment = os.environ | {"MENTORLEDGER_FORBID_SKIPS": forbid, "PYTHONPATH": str(ROOT)}
    return subprocess.run(
        [*command, str(test)], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize("sort", SKIPS)
def test_a_skip_fails_where_it_is_forbidden(sort: str, tmp_path: Path) -> None:
    """With MENTORLEDGER_FORBID_SKIPS=1 the run fails and names the reason of the skip."""
    run = outcome(tmp_path, SKIPS[sort], "1")
    assert run.returncode != 0
    assert "MENTORLEDGER_FORBID_SKIPS=1 forbids that: no server" in run.stdout


@pytest.mark.parametrize("sort", SKIPS)
def test_a_skip_is_a_skip_elsewhere(sort: str, tmp_path: Path) -> None:
    """Without it a missing server does not make the run fail."""
    run = outcome(tmp_path, SKIPS[sort], "")
    assert "1 skipped" in run.stdout
    assert "failed" not in run.stdout
