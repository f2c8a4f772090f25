"""Servers to measure on: thrown away afterwards, with the settings that a real run has (commits reach the disk)."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID, uuid4

import psycopg
from sqlalchemy import Engine
from sqlalchemy.engine import URL

from deploy import migrations
from deploy.addresses import full, plain
from deploy.embedded.postgres import start_postgres
from deploy.embedded.redis import start_redis
from deploy.folder import open_folder
from deploy.lock import acquire
from deploy.provision import provision_embedded
from events.organisations import create_log
from events.tenancy import make_engine

DATABASE = "mentorledger"
CONNECTIONS = 24


@dataclass(frozen=True)
class Ground:
    """Addresses of the superuser, of the tables' owner and of the service's role; Redis; an empty folder."""

    admin: URL
    owner: URL
    service: URL
    redis_url: str
    folder: Path

    def engine(self) -> Engine:
        """An engine as the service has one, wide enough for every client of a measurement."""
        return make_engine(full(self.service), pool_size=CONNECTIONS)

    def raw(self, *, admin: bool = False) -> psycopg.Connection:
        """A connection of the driver alone, in autocommit."""
        return psycopg.connect(plain(self.admin.set(database=DATABASE) if admin else self.service), autocommit=True)


def organisation(engine: Engine) -> UUID:
    """A new organisation with an empty log."""
    org = uuid4()
    create_log(engine, org)
    return org


@contextmanager
def ground() -> Iterator[Ground]:
    """Start the servers; stop and remove them at the end."""
    with tempfile.TemporaryDirectory(prefix="mentorledger-bench-", ignore_cleanup_errors=True) as name:
        Path(name).chmod(0o711)  # the database's own user must reach its folder
        with acquire(open_folder(Path(name) / "data")) as lock:
            postgres, redis = start_postgres(lock), start_redis(lock)
            try:
                access = provision_embedded(postgres.url(), lock.folder)
                migrations.upgrade(access.owner)
                yield Ground(postgres.url(), access.owner, access.service, redis.url, lock.folder.root)
            finally:
                redis.stop()
                postgres.stop()
