"""`mentorledger run` as a process: real servers, real gunicorn, a stand-in for the application."""

import json
import os
import signal
import socket
import subprocess
import sys
import textwrap
import urllib.request
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from uuid import uuid4

import psutil
import psycopg
import pytest
from sqlalchemy.engine import make_url

from deploy.addresses import plain
from deploy.composition import composed
from deploy.embedded.processes import Identity, identify, until
from deploy.folder import open_folder
from deploy.lock import acquire, is_running
from deploy.sample import ORGANISATION
from events.errors import SignerUnavailable
from events.organisations import create_log, credential_of
from events.treestore import TreeStore
from workers.signing import HttpSigner

PROJECT = Path(__file__).resolve().parents[2]
APPLICATION = """
def build_app():
    def answer(environ, start_response):
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [b"ready"]
    return answer
"""
HINT = "There is no organisation yet. In a second terminal: mentorledger org create NAME"
# The command itself, with programs that need no application.
COMMAND = """
import sys
from dataclasses import replace
from deploy import instance
from deploy.commands import run
from deploy.main import main

def programs(settings, backing, listener):
    real = instance.programs(settings, backing, listener)[-1]
    return [replace(real, argv=[*real.argv[:-1], "stand_in:build_app()"])]

run.programs = programs
sys.exit(main(sys.argv[1:]))
"""


@dataclass
class Instance:
    """A running command, its address and all of its processes."""

    process: "subprocess.Popen[str]"
    data: Path
    address: str
    family: list[Identity]

    def end(self, sign: signal.Signals) -> tuple[str, str]:
        """Send a signal to its whole foreground group, as a terminal does; return what it then printed."""
        os.killpg(self.process.pid, sign)
        return self.process.communicate(timeout=60)


def command(folder: Path, *words: str) -> "subprocess.Popen[str]":
    """Start the command on `folder`/data."""
    (folder / "stand_in.py").write_text(textwrap.dedent(APPLICATION))
    environment = {name: value for name, value in os.environ.items() if not name.endswith("_URL")}
    return subprocess.Popen(
        [sys.executable, "-c", COMMAND, "run", "--data", str(folder / "data"), *words],
        env=environment | {"PYTHONPATH": f"{PROJECT}{os.pathsep}{folder}"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def instance(folder: Path, *words: str) -> Instance:
    """Start the command and wait until it says that it is ready."""
    process = command(folder, *words)
    assert process.stdout is not None
    line = process.stdout.readline()
    if not line.startswith("Ready: "):
        process.kill()
        pytest.fail(f"{line}{process.communicate()}")
    children = psutil.Process(process.pid).children(recursive=True)
    family = [found for child in children if (found := identify(child.pid))]
    return Instance(process, folder / "data", line.split()[1], family)


@pytest.fixture
def folders(open_tmp):
    """A folder for an instance; what is left of one after a failed test is killed by its numbers."""
    yield open_tmp
    record = open_tmp / "data" / "run.json"
    if record.exists():
        found = json.loads(record.read_bytes())
        for identity in [identify(found["pid"]), *(Identity(*pair) for pair in found["started"])]:
            if identity is not None and identity.pid != os.getpid() and identity.alive():
                os.kill(identity.pid, signal.SIGKILL)


def _restarted(record: Path, number: int, before: object) -> bool:
    """Whether another process stands at this place of the run file."""
    return bool(json.loads(record.read_bytes())["started"][number] != before)


def answer(address: str) -> bytes:
    """What the API says."""
    with urllib.request.urlopen(f"{address}readyz", timeout=10) as response:
        said: bytes = response.read()
    return said


@pytest.mark.parametrize("sign", (signal.SIGINT, signal.SIGTERM))
def test_run_serves_and_a_signal_ends_all_of_it(folders, sign):
    """One address is printed, it answers, and Ctrl-C leaves no process, no lock and no run file."""
    running = instance(folders, "--port", "0")
    assert b"ready" == answer(running.address)
    output, errors = running.end(sign)
    assert (0, "") == (running.process.returncode, output)
    assert f"{HINT}\nStopping.\n" == errors
    assert not any(identity.alive() for identity in running.family)
    assert not is_running(open_folder(running.data))
    assert not (running.data / "run.json").exists()


def test_killed_instance_is_followed_by_one_on_the_same_data_and_port(folders):
    """After kill -9 a second start at once gets the same port, and finds the data."""
    first = instance(folders, "--port", "0")
    service = json.loads((first.data / "run.json").read_bytes())["service_url"]
    with psycopg.connect(plain(make_url(service))) as connection:
        version = connection.execute("SELECT version_num FROM alembic_version").fetchall()[0][0]
    os.kill(first.process.pid, signal.SIGKILL)
    port = first.address.rsplit(":", 1)[1].rstrip("/")
    second = instance(folders, "--port", port)
    first.process.communicate()
    assert first.address == second.address
    assert b"ready" == answer(second.address)
    assert not any(identity.alive() for identity in first.family)
    service = json.loads((second.data / "run.json").read_bytes())["service_url"]
    with psycopg.connect(plain(make_url(service))) as connection:
        assert (version,) == connection.execute("SELECT version_num FROM alembic_version").fetchone()
    second.end(signal.SIGTERM)


def test_second_instance_on_the_folder_is_refused(folders):
    """It is told which process runs there, and the first one does not notice."""
    running = instance(folders, "--port", "0")
    output, errors = command(folders, "--port", "0").communicate(timeout=60)
    assert "" == output
    assert errors.startswith(f"error [already_running]: Another instance (process {running.process.pid})")
    assert b"ready" == answer(running.address)
    running.end(signal.SIGTERM)


def test_taken_port_is_refused_before_anything_starts(folders):
    """A port that another program has is refused by number; no database was started for it."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = str(other.getsockname()[1])
        process = command(folders, "--port", port)
        _, errors = process.communicate(timeout=60)
    assert 1 == process.returncode
    assert errors.startswith(f"error [port_taken]: Another program listens on port {port} ")
    assert not (folders / "data" / "postgres").exists()


def test_crashed_api_and_redis_and_database_and_signer_come_back(folders):
    """Each program that is killed is started again on its old port, while the address stays the same."""
    running = instance(folders, "--port", "0")
    record = running.data / "run.json"
    for number in range(4):
        before = json.loads(record.read_bytes())["started"]
        os.kill(before[number][0], signal.SIGKILL)
        assert until(partial(_restarted, record, number, before[number]), 30)
    assert until(lambda: _answers(running.address), 30)
    service = make_url(json.loads(record.read_bytes())["service_url"])
    assert until(lambda: _connects(plain(service)), 30)
    assert until(lambda: _signs(json.loads(record.read_bytes())["signer_url"]), 30)
    _, errors = running.end(signal.SIGTERM)
    assert ["postgres", "redis", "signer", "api"] == [line.split()[0] for line in errors.splitlines()[1:5]]


def test_sample_comes_with_one_token_that_a_second_start_keeps(folders):
    """The token is printed after the address, opens the sample organisation, and is the same after kill -9."""
    first = instance(folders, "--port", "0", "--sample")
    token = next_line(first).split()[1]
    assert 0o600 == (first.data / "secrets" / "sample-token").stat().st_mode & 0o777
    os.kill(first.process.pid, signal.SIGKILL)
    first.process.communicate()
    second = instance(folders, "--port", "0", "--sample")
    assert f"Token: {token}\n" == next_line(second)
    with compose_over(second) as core:
        credential = credential_of(core.engine, token, datetime.now(UTC))
    assert credential is not None
    assert ORGANISATION == credential.org
    second.end(signal.SIGTERM)


def test_start_says_which_log_is_halted(folders):
    """Whoever starts an instance whose log takes nothing is told so, and who says what to do."""
    first, org = instance(folders, "--port", "0"), uuid4()
    with compose_over(first) as core:
        create_log(core.engine, org)
        TreeStore(core.engine).halt(org, "It is.")
    first.end(signal.SIGTERM)
    _, errors = instance(folders, "--port", "0").end(signal.SIGTERM)
    assert errors.startswith(f"The log {org} is halted: it takes no events. `mentorledger doctor` says why")


def next_line(running: Instance) -> str:
    """What the command prints next."""
    assert running.process.stdout is not None
    return running.process.stdout.readline()


def compose_over(running: Instance):
    """The parts over the instance's own database."""
    return composed(json.loads((running.data / "run.json").read_bytes())["service_url"])


def _answers(address: str) -> bool:
    try:
        return answer(address) == b"ready"
    except OSError:
        return False


def _connects(address: str) -> bool:
    try:
        with psycopg.connect(address, connect_timeout=2):
            return True
    except psycopg.OperationalError:
        return False


def _signs(url: str) -> bool:
    try:
        HttpSigner(url).check()
    except SignerUnavailable:
        return False
    return True


def test_command_joins_a_running_instance(folders):
    """`doctor` beside a running instance uses its servers instead of starting others."""
    running = instance(folders, "--port", "0")
    result = subprocess.run(
        [sys.executable, "-m", "deploy.main", "doctor", "--json", "--data", str(running.data)],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )
    running.end(signal.SIGTERM)
    assert (0, "") == (result.returncode, result.stderr)
    assert [None] * 8 == [finding["code"] for finding in json.loads(result.stdout)]


def test_api_that_never_becomes_ready_ends_the_start(folders):
    """The start gives up after its time, says where the logs are, and stops what it had started."""
    (folders / "impatient.py").write_text("from deploy import instance\ninstance.READY_SECONDS = 1.0\n")
    broken = COMMAND.replace("stand_in:build_app()", "no_such_module:app")
    result = subprocess.run(
        [
            sys.executable,
            "-c",
            "import impatient" + broken,
            "run",
            "--port",
            "0",
            "--data",
            str(folders / "data"),
        ],
        env=os.environ | {"PYTHONPATH": f"{PROJECT}{os.pathsep}{folders}"},
        capture_output=True,
        text=True,
        check=False,
        timeout=90,
    )
    assert 1 == result.returncode
    assert "error [not_ready]" in result.stderr
    with acquire(open_folder(folders / "data")):
        pass
