"""Engines and the binding of one organisation to one transaction; the checks that refuse an unsafe database.

Row-level security reads `app.org_id`, which is set for a transaction and never for a session: behind a pooler in
transaction mode another client would inherit it. A connection from `tenant(...)` is bound again at every begin, so a
commit in the middle of the work cannot start an unbound transaction.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TypeAlias
from uuid import UUID

import psycopg
from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolExhausted

from events.errors import StorageUnavailable, UnsafeDatabase
from events.pool import HandyPool

Store: TypeAlias = Engine
"""The database, for those above the log who hand it on and write no SQL themselves."""

APPLICATION = "mentorledger"
"""What the connections of an instance are called."""
MINIMUM_SERVER = 170_006
GLOBAL_TABLES = ("tenant_directory", "platform_log", "alembic_version")
HISTORY = ("events", "commands", "report_files", "tiles", "checkpoints", "platform_log")
_LOST = (
    "The database did not answer. Nothing was half-written; send the same request with the same Idempotency-Key again."
)


def make_engine(
    url: str, *, pool_size: int = 5, overflow: int = 10, timeout: float = 5.0, application: str = APPLICATION
) -> Engine:
    """An engine for the service's role; url has the form postgresql+psycopg://role@host/database.

    timeout: seconds to wait for a connection; application: what the server calls its connections. No pre-ping, which
    would cost a round trip each time: after an outage the first use of a dead connection raises StorageUnavailable, and
    the pool is empty then.
    """
    engine = create_engine(
        url,
        poolclass=HandyPool,
        pool_size=pool_size,
        max_overflow=overflow,
        pool_timeout=timeout,
        connect_args={"connect_timeout": 5, "application_name": application},
    )

    @event.listens_for(engine, "begin")
    def bind(connection: Connection) -> None:
        org = connection.get_execution_options().get("org_id")
        if org is not None:
            connection.exec_driver_sql("SELECT set_config('app.org_id', %s, true)", (str(org),))

    return engine


@contextmanager
def tenant(engine: Engine, org: UUID) -> Iterator[Connection]:
    """A connection whose every transaction sees this organisation's rows and no others; commits at the end."""
    with unavailable():
        connection = engine.connect().execution_options(org_id=UUID(str(org)))
        try:
            with connection.begin():
                yield connection
        finally:
            connection.close()


@contextmanager
def across_tenants(engine: Engine) -> Iterator[Connection]:
    """A connection bound to no organisation: it sees the directory of organisations and no tenant's row."""
    with unavailable(), engine.connect() as connection, connection.begin():
        yield connection


@contextmanager
def unavailable() -> Iterator[None]:
    """Turn a lost or overloaded database into StorageUnavailable; other database errors pass."""
    try:
        yield
    except OperationalError as error:
        raise StorageUnavailable(_LOST, cause=type(error.orig).__name__) from error
    except DBAPIError as error:
        if error.connection_invalidated:
            raise StorageUnavailable(_LOST, cause=type(error.orig).__name__) from error
        raise
    except psycopg.OperationalError as error:  # a raw connection's failure comes as the driver raised it
        raise StorageUnavailable(_LOST, cause=type(error).__name__) from error
    except PoolExhausted as error:
        raise StorageUnavailable(_LOST, cause="pool") from error


def check_database(engine: Engine) -> None:
    """Refuse a database that would not keep organisations apart; raises UnsafeDatabase naming every fault found."""
    with across_tenants(engine) as connection:
        faults = [fault for question, says in _QUESTIONS for fault in _faults(connection, question, says)]
    if faults:
        raise UnsafeDatabase("The database is not safe to use: " + "; ".join(faults) + ".", faults=faults)


def _faults(connection: Connection, question: str, says: str) -> list[str]:
    values = {"minimum": MINIMUM_SERVER, "global": list(GLOBAL_TABLES), "history": list(HISTORY)}
    rows = connection.execute(text(question), values)
    return [says.format(*row) for row in rows]


_QUESTIONS = (
    (
        "SELECT current_setting('server_version') WHERE current_setting('server_version_num')::int < :minimum",
        "the server is PostgreSQL {0}, at least 17.6 is needed",
    ),
    (
        (
            "SELECT current_user WHERE EXISTS (SELECT FROM pg_roles "
            "WHERE (rolsuper OR rolbypassrls) AND pg_has_role(current_user, oid, 'MEMBER'))"
        ),
        "the role {0} is, or can become, a superuser or one that bypasses row-level security, use mentorledger_service",
    ),
    (
        (
            "SELECT current_user, min(relname) FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace "
            "WHERE nspname = 'public' AND pg_has_role(current_user, relowner, 'MEMBER') HAVING count(*) > 0"
        ),
        "the role {0} owns {1} or can become its owner, who can change history, use mentorledger_service",
    ),
    (
        (
            "SELECT relname FROM pg_class JOIN pg_namespace n ON n.oid = relnamespace WHERE nspname = 'public' "
            "AND relkind IN ('r', 'p') AND NOT relname = ANY (:global) AND NOT (relrowsecurity AND relforcerowsecurity)"
        ),
        "the table {0} has no forced row-level security",
    ),
    (
        (
            "SELECT relname FROM pg_class JOIN pg_namespace n ON n.oid = relnamespace WHERE nspname = 'public' "
            "AND relkind IN ('v', 'm') AND NOT coalesce(reloptions::text, '') ~ 'security_invoker=(true|on|1)'"
        ),
        "the view {0} runs with its owner's rights, it needs security_invoker",
    ),
    (
        (
            "SELECT relname FROM pg_class JOIN pg_namespace n ON n.oid = relnamespace WHERE nspname = 'public' "
            "AND relname = ANY (:history) AND has_table_privilege(pg_class.oid, 'UPDATE, DELETE, TRUNCATE') "
            "AND NOT pg_has_role(current_user, relowner, 'MEMBER')"
        ),
        "the service may change or delete rows of {0}, revoke it: history is only added to",
    ),
    (
        (
            "SELECT table_name FROM information_schema.columns WHERE table_schema = 'public' "
            "AND column_name = 'org_id' AND column_default IS NOT NULL"
        ),
        "the table {0} has a default for org_id, an insert could land in another organisation",
    ),
)
