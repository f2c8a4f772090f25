"""One instance per data folder."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from deploy.embedded.processes import until
from deploy.errors import DeployError
from deploy.folder import open_folder
from deploy.lock import acquire, is_running

PROJECT = Path(__file__).resolve().parents[2]
HOLDER = """
import sys
from pathlib import Path
from deploy.folder import open_folder
from deploy.lock import acquire
lock = acquire(open_folder(Path(sys.argv[1])))
print("locked", flush=True)
sys.stdin.read()
"""


def holder_of(data: Path) -> "subprocess.Popen[str]":
    """Another process that holds the folder."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(data)],
        cwd=PROJECT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert "locked\n" == process.stdout.readline()
    return process


def test_second_instance_is_told_which_process_runs(tmp_path):
    """The refusal names the process and says what to do."""
    process = holder_of(tmp_path / "data")
    with pytest.raises(DeployError) as refusal:
        acquire(open_folder(tmp_path / "data"))
    process.kill()
    process.communicate()
    assert "already_running" == refusal.value.code
    assert f"(process {process.pid})" in refusal.value.message
    assert "--data" in refusal.value.message


def test_lock_dies_with_its_process(tmp_path):
    """After kill -9 the folder is free at once."""
    process = holder_of(tmp_path / "data")
    assert is_running(open_folder(tmp_path / "data"))
    process.kill()
    process.communicate()
    acquire(open_folder(tmp_path / "data")).release()


def test_released_folder_can_be_taken_again(tmp_path):
    """A lock ends with its block, and the file that stays behind hinders nobody."""
    folder = open_folder(tmp_path / "data")
    with acquire(folder):
        assert is_running(folder)
        assert str(os.getpid()) == folder.lock_file.read_text().strip()
    assert not is_running(folder)
    acquire(folder).release()


def test_children_do_not_inherit_the_lock(tmp_path):
    """A program that outlives its instance does not keep the folder locked."""
    lock = acquire(open_folder(tmp_path / "data"))
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    lock.release()
    assert until(lambda: not is_running(lock.folder), 5)
    child.communicate(b"\n")


def test_looking_does_not_lock_out(tmp_path):
    """Commands that ask whether an instance runs do not make its start fail."""
    folder = open_folder(tmp_path / "data")
    for _ in range(50):
        assert not is_running(folder)
        acquire(folder).release()
