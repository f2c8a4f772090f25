"""Bring a database's tables to this program's version, or say that they are not."""

from pathlib import Path

import psycopg
import sqlalchemy
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.engine import URL
from sqlalchemy.pool import NullPool

from deploy.addresses import full, plain
from deploy.errors import DeployError

SCRIPTS = Path(__file__).resolve().parent.parent / "events" / "migrations"
ONE_AT_A_TIME = 0x6D656E746F72  # an advisory lock's number: "mentor"


def upgrade(owner: URL, scripts: Path = SCRIPTS) -> None:
    """Run the migrations as the owner of the tables. Two hosts that start together take turns."""
    # A connection of its own, because the migrations commit theirs.
    with psycopg.connect(plain(owner), autocommit=True) as turn:
        turn.execute("SELECT pg_advisory_lock(%s)", [ONE_AT_A_TIME])
        command.upgrade(_config(owner, scripts), "head")


def require_current(service: URL, scripts: Path = SCRIPTS) -> None:
    """Raise DeployError `migrations_pending` unless the database has exactly this program's tables."""
    wanted = set(ScriptDirectory.from_config(_config(service, scripts)).get_heads())
    found = applied(service)
    if found != wanted:
        raise DeployError(
            "migrations_pending",
            f"The database is at version {_named(found)}, this program needs {_named(wanted)}. Run "
            "`mentorledger migrate` with "
            "DATABASE_OWNER_URL set to the role that owns the tables.",
        )


def applied(url: URL) -> set[str]:
    """Return the versions that the database is at; empty before the first migration."""
    engine = sqlalchemy.create_engine(url, poolclass=NullPool)
    with engine.connect() as connection:
        return set(MigrationContext.configure(connection).get_current_heads())


def _named(versions: set[str]) -> str:
    return ", ".join(sorted(versions)) or "none"


def _config(url: URL, scripts: Path) -> Config:
    config = Config()
    # The configuration interpolates %: addresses and paths have to say it twice.
    config.set_main_option("script_location", str(scripts).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.set_main_option("sqlalchemy.url", full(url).replace("%", "%%"))
    return config
