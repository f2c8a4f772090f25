"""Servers for the tests: a PostgreSQL per run, a Redis per process, a fresh database per test that asks."""

import contextlib
import itertools
import os
import tempfile
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
import redis
from psycopg import sql
from sqlalchemy.engine import URL, make_url

from deploy.addresses import full, plain
from deploy.embedded.postgres import start_postgres
from deploy.embedded.redis import RunningRedis, start_redis
from deploy.folder import open_folder
from deploy.lock import FolderLock, acquire
from deploy.main import main
from deploy.migrations import upgrade
from deploy.provision import Access, provision_embedded

TEMPLATE = "mentorledger_template"
SHARED = pytest.StashKey["Servers"]()
NUMBERS = itertools.count(1)
Command = Callable[..., tuple[int, str, str]]
"""The command with its words: exit code, standard output, standard error."""


@dataclass(frozen=True)
class Database:
    """A migrated database of its own: SQLAlchemy addresses of the tables' owner and of the service's role."""

    name: str
    owner_url: str
    service_url: str


@dataclass(frozen=True)
class Servers:
    """The run's PostgreSQL: addresses of the superuser, and of the template's two roles."""

    admin: URL
    template: Access

    def create(self, name: str) -> Database:
        """Copy the template."""
        with psycopg.connect(plain(self.admin), autocommit=True) as connection:
            statement = "CREATE DATABASE {} TEMPLATE {}"
            connection.execute(sql.SQL(statement).format(sql.Identifier(name), sql.Identifier(TEMPLATE)))
        owner, service = (url.set(database=name) for url in (self.template.owner, self.template.service))
        return Database(name, full(owner), full(service))

    def drop(self, name: str) -> None:
        """Remove a database, whoever is still connected to it."""
        with psycopg.connect(plain(self.admin), autocommit=True) as connection:
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


@contextlib.contextmanager
def working_folder() -> Generator[Path]:
    """A folder that the database's system user can reach: pytest's own are closed to other users."""
    with tempfile.TemporaryDirectory(prefix="mentorledger-tests-", ignore_cleanup_errors=True) as name:
        Path(name).chmod(0o711)
        yield Path(name)


@contextlib.contextmanager
def locked_folder() -> Generator[FolderLock]:
    """An empty data folder, locked."""
    with working_folder() as parent, acquire(open_folder(parent / "data")) as lock:
        yield lock


@contextlib.contextmanager
def serving() -> Generator[Servers]:
    """A PostgreSQL with a migrated template database."""
    with locked_folder() as lock:
        server = start_postgres(lock, durable=False)
        try:
            template = provision_embedded(server.url(), lock.folder, TEMPLATE)
            upgrade(template.owner)
            yield Servers(server.url(), template)
        finally:
            server.stop()


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: object) -> None:
    """Start the run's one PostgreSQL in the process that starts xdist's workers, and tell them."""
    config: pytest.Config = node.config  # type: ignore[attr-defined]  # pytest-xdist's node has no public type
    if SHARED not in config.stash:
        stack = contextlib.ExitStack()
        config.stash[SHARED] = stack.enter_context(serving())
        config.add_cleanup(stack.close)
    servers = config.stash[SHARED]
    addresses = (servers.admin, servers.template.owner, servers.template.service)
    node.workerinput["postgres"] = [full(url) for url in addresses]  # type: ignore[attr-defined]  # as above


@pytest.fixture(scope="session")
def postgres_server(request: pytest.FixtureRequest) -> Iterator[Servers]:
    """The run's PostgreSQL 18.6, with its migrated template."""
    worker: dict[str, list[str]] | None = getattr(request.config, "workerinput", None)
    if worker is None:
        with serving() as servers:
            yield servers
    else:
        admin, owner, service = (make_url(text) for text in worker["postgres"])
        yield Servers(admin, Access(owner, service))


def _fresh(servers: Servers) -> Iterator[Database]:
    database = servers.create(f"test_{os.getpid()}_{next(NUMBERS)}")
    yield database
    servers.drop(database.name)


@pytest.fixture
def database(postgres_server: Servers) -> Iterator[Database]:
    """A fresh migrated database for one test."""
    yield from _fresh(postgres_server)


@pytest.fixture(scope="module")
def module_database(postgres_server: Servers) -> Iterator[Database]:
    """A fresh migrated database for the tests of one file: they must not mind each other's rows."""
    yield from _fresh(postgres_server)


@pytest.fixture(scope="session")
def redis_server() -> Iterator[RunningRedis]:
    """A Redis for this process."""
    with locked_folder() as lock:
        server = start_redis(lock)
        yield server
        server.stop()


@pytest.fixture
def redis_url(redis_server: RunningRedis) -> str:
    """The address of an empty Redis."""
    with redis.Redis.from_url(redis_server.url) as client:
        client.flushall()
    return redis_server.url


@pytest.fixture(scope="module")
def data_lock() -> Iterator[FolderLock]:
    """An empty data folder, locked, for the tests of one file that start servers of their own."""
    with locked_folder() as lock:
        yield lock


@pytest.fixture
def open_tmp() -> Iterator[Path]:
    """Like `tmp_path`, but reachable by other users of this machine."""
    with working_folder() as folder:
        yield folder


@pytest.fixture(scope="session")
def shared_dir(request: pytest.FixtureRequest) -> Path:
    """The folder with the real data (SHARED_DIR), which is no part of the project."""
    folder = Path(os.environ.get("SHARED_DIR") or request.config.rootpath.parent / "shared")
    if not (folder / "data").is_dir():
        reason = f"no real data at {folder}: set SHARED_DIR"
        if os.environ.get("MENTORLEDGER_FORBID_SKIPS"):
            pytest.fail(reason)
        pytest.skip(reason)
    return folder


@pytest.fixture
def command(
    database: Database,
    redis_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Command:
    """The command on a fresh database."""
    monkeypatch.setenv("DATABASE_URL", database.service_url)
    monkeypatch.setenv("REDIS_URL", redis_url)
    monkeypatch.setenv("MENTORLEDGER_DATA", str(tmp_path / "data"))

    def run(*words: object) -> tuple[int, str, str]:
        capsys.readouterr()
        status = main([str(word) for word in words])
        told = capsys.readouterr()
        return status, told.out, told.err

    return run
