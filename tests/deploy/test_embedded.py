"""The embedded servers: ends and beginnings of every kind, on folders of every kind."""

import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import psycopg
import pytest
import redis

from deploy.addresses import plain
from deploy.embedded import account as accounts
from deploy.embedded.account import Account
from deploy.embedded.binaries import postgres_programs
from deploy.embedded.cluster import PASSWORD
from deploy.embedded.postgres import RunningPostgres, start_postgres
from deploy.embedded.processes import identify, until
from deploy.embedded.redis import start_redis
from deploy.errors import DeployError
from deploy.folder import open_folder
from deploy.lock import acquire

PROJECT = Path(__file__).resolve().parents[2]
HOST = """
import sys, time
from pathlib import Path
from deploy.embedded.postgres import start_postgres
from deploy.embedded.redis import start_redis
from deploy.folder import open_folder
from deploy.lock import acquire
lock = acquire(open_folder(Path(sys.argv[1])))
postgres, cache = start_postgres(lock, durable=False), start_redis(lock)
print(postgres.process.pid, cache.process.pid, flush=True)
sys.stdin.read()
"""


def say(server: RunningPostgres, statement: str) -> list[tuple[object, ...]]:
    """Run a statement as the superuser."""
    with psycopg.connect(plain(server.url()), autocommit=True) as connection:
        cursor = connection.execute(statement)
        return cursor.fetchall() if cursor.description else []


def host_process(data: Path) -> "subprocess.Popen[str]":
    """A process of its own that runs both servers on `data`."""
    return subprocess.Popen(
        [sys.executable, "-c", HOST, str(data)],
        cwd=PROJECT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def servers_of(process: "subprocess.Popen[str]") -> list[int]:
    """The numbers of the servers that it started."""
    assert process.stdout is not None
    return [int(number) for number in process.stdout.readline().split()]


def test_data_is_there_after_a_stop_and_a_second_start(open_tmp):
    """What was committed before an orderly stop is there after the next start."""
    with acquire(open_folder(open_tmp / "data")) as lock:
        server = start_postgres(lock, durable=False)
        say(server, "CREATE TABLE kept AS SELECT 42 AS answer")
        server.stop()
        again = start_postgres(lock, durable=False)
        try:
            assert [(42,)] == say(again, "SELECT answer FROM kept")
        finally:
            again.stop()
    assert server.process.poll() is not None


def test_server_listens_on_loopback_alone_and_wants_the_password(open_tmp):
    """Another user of the machine cannot come in without the password."""
    with acquire(open_folder(open_tmp / "data")) as lock:
        server = start_postgres(lock, durable=False)
        try:
            assert [("127.0.0.1", "")] == say(
                server,
                "SELECT current_setting('listen_addresses'), current_setting('unix_socket_directories')",
            )
            with pytest.raises(psycopg.OperationalError, match="password"):
                psycopg.connect(plain(server.url().set(password="guess")))
        finally:
            server.stop()
        assert 0o600 == (lock.folder.secrets / PASSWORD).stat().st_mode & 0o777


@pytest.mark.parametrize("name", ("with space's and %20", "long/" + "/".join(["x" * 100] * 4)))
def test_servers_start_in_folders_with_difficult_names(open_tmp, name):
    """Spaces, quotes, per cent signs and paths beyond a socket's 107 bytes are no obstacle."""
    with acquire(open_folder(open_tmp / name / "data")) as lock:
        server = start_postgres(lock, durable=False)
        try:
            assert [(1,)] == say(server, "SELECT 1")
            cache = start_redis(lock)
            with redis.Redis.from_url(cache.url) as client:
                assert client.ping()
            cache.stop()
        finally:
            server.stop()


def test_servers_end_when_their_host_is_killed(open_tmp):
    """After kill -9 of the process that started them neither server is left."""
    host = host_process(open_tmp / "data")
    identities = [identify(pid) for pid in servers_of(host)]
    host.kill()
    host.communicate()
    assert 2 == len([identity for identity in identities if identity])
    assert until(lambda: not any(identity and identity.alive() for identity in identities), 20)


def test_second_start_right_after_a_kill_finds_the_data(open_tmp):
    """The next start stops what a killed host left, and never runs two servers on one folder."""
    host = host_process(open_tmp / "data")
    postmaster = identify(servers_of(host)[0])
    # A stopped postmaster cannot follow its host: it is a leftover for the next start to deal with.
    assert postmaster is not None
    os.kill(postmaster.pid, signal.SIGSTOP)
    host.kill()
    host.communicate()
    with acquire(open_folder(open_tmp / "data")) as lock:
        os.kill(postmaster.pid, signal.SIGCONT)
        server = start_postgres(lock, durable=False)
        try:
            assert [(1,)] == say(server, "SELECT 1")
            assert not postmaster.alive()
        finally:
            server.stop()


def test_killed_postmaster_is_followed_by_a_recovery(open_tmp):
    """Committed data survives kill -9 of the server itself."""
    with acquire(open_folder(open_tmp / "data")) as lock:
        server = start_postgres(lock)
        say(server, "CREATE TABLE kept AS SELECT 42 AS answer")
        server.process.kill()
        server.process.wait()
        again = start_postgres(lock)
        try:
            assert [(42,)] == say(again, "SELECT answer FROM kept")
        finally:
            again.stop()


def test_stale_file_that_names_another_program_is_no_obstacle(open_tmp):
    """A process number that was used again (as in a container) is not taken for a running server."""
    with acquire(open_folder(open_tmp / "data")) as lock:
        server = start_postgres(lock, durable=False)
        lines = (server.cluster / "postmaster.pid").read_text().splitlines()
        server.stop()
        stranger = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
        (server.cluster / "postmaster.pid").write_text("\n".join([str(stranger.pid), *lines[1:]]) + "\n")
        again = start_postgres(lock, durable=False)
        try:
            assert stranger.poll() is None
            assert [(1,)] == say(again, "SELECT 1")
        finally:
            again.stop()
            stranger.communicate(b"\n")


def test_first_start_that_was_cut_off_is_begun_anew(open_tmp):
    """Half a data directory is thrown away, not started."""
    with acquire(open_folder(open_tmp / "data")) as lock:
        half = lock.folder.root / "postgres.new"
        half.mkdir()
        (half / "PG_VERSION").write_text("18\n")
        server = start_postgres(lock, durable=False)
        server.stop()
    assert not half.exists()


def test_lost_password_is_replaced(open_tmp):
    """Without its stored password the server gets a new one: the folder is ours."""
    with acquire(open_folder(open_tmp / "data")) as lock:
        start_postgres(lock, durable=False).stop()
        (lock.folder.secrets / PASSWORD).unlink()
        server = start_postgres(lock, durable=False)
        try:
            assert [(1,)] == say(server, "SELECT 1")
        finally:
            server.stop()


def test_damaged_data_is_reported_with_what_the_server_says(open_tmp):
    """A server that cannot start is a clear error with the end of its log."""
    with acquire(open_folder(open_tmp / "data")) as lock:
        server = start_postgres(lock, durable=False)
        server.stop()
        (server.cluster / "global" / "pg_control").unlink()
        with pytest.raises(DeployError, match="pg_control") as refusal:
            start_postgres(lock, durable=False)
    assert "postgres_start_failed" == refusal.value.code


def test_redis_starts_empty_and_wants_its_password(open_tmp):
    """A Redis holds nothing of its predecessor, and strangers are refused."""
    with acquire(open_folder(open_tmp / "data")) as lock:
        first = start_redis(lock)
        with redis.Redis.from_url(first.url) as client:
            client.set("old", "job")
        first.stop()
        second = start_redis(lock)
        try:
            with redis.Redis.from_url(second.url) as client:
                assert 0 == client.dbsize()
            address = second.url.rpartition("@")[2]
            with (
                redis.Redis.from_url(f"redis://{address}") as stranger,
                pytest.raises(redis.AuthenticationError),
            ):
                stranger.ping()
        finally:
            second.stop()


def needs_root() -> Account:
    """The system user; skips where we cannot become another user."""
    user = accounts.unprivileged()
    if user is None:
        pytest.skip("only root can become another user; as an ordinary user all other tests show the same")
    return user


def test_closed_folder_of_root_is_left_closed(tmp_path, open_tmp):
    """Where the system user cannot reach the data, its files go to the shelter and no folder is opened."""
    needs_root()
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    with acquire(open_folder(closed / "data")) as lock:
        for _ in range(2):
            server = start_postgres(lock, durable=False, shelter=open_tmp / "shelter")
            server.stop()
            assert server.cluster.is_relative_to(open_tmp / "shelter")
    assert 0o700 == closed.stat().st_mode & 0o777


def test_programs_in_a_closed_folder_are_copied_once(open_tmp, monkeypatch):
    """Where the system user cannot reach the installed server, it gets a copy that runs."""
    user = needs_root()
    shelter = open_tmp / "shelter"
    monkeypatch.setattr(Account, "reaches", lambda self, path: False)
    programs = postgres_programs(user, shelter)
    command = [str(programs / "initdb"), "--version"]
    said = subprocess.run(command, user=user.uid, group=user.gid, check=True, capture_output=True, cwd="/")
    assert programs == postgres_programs(user, shelter)
    assert 1 == len(list(shelter.iterdir()))
    assert b"18.6" in said.stdout


def test_ordinary_user_runs_the_servers(open_tmp):
    """Without any privilege the same start works; the files are the user's own."""
    user = needs_root()
    home = open_tmp / "home"
    home.mkdir()
    os.chown(home, user.uid, user.gid)
    script = textwrap.dedent(
        """
        import os, sys
        from pathlib import Path
        os.setgroups([]); os.setgid(int(sys.argv[3])); os.setuid(int(sys.argv[2]))
        from deploy.embedded.postgres import start_postgres
        from deploy.folder import open_folder
        from deploy.lock import acquire
        lock = acquire(open_folder(Path(sys.argv[1]) / "data"))
        server = start_postgres(lock, durable=False)
        server.stop()
        print(server.cluster.stat().st_uid)
        """
    )
    # The interpreter may lie where only root can go, so modules are loaded before the privileges are dropped.
    preload = "import deploy.embedded.postgres, encodings.idna, psutil, alembic\n"
    result = subprocess.run(
        [sys.executable, "-c", preload + script, str(home), str(user.uid), str(user.gid)],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (str(user.uid), "") == (result.stdout.strip(), result.stderr)
