"""Start-up refuses a database that would not keep organisations apart or history unchanged, and says why."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import make_url

from deploy.addresses import full, plain
from events import tenancy
from events.errors import UnsafeDatabase
from events.tenancy import check_database, make_engine
from tests.conftest import Database, Servers
from tests.events.rows import change


def faults(url: str) -> list[str]:
    """What the check finds."""
    engine = make_engine(url)
    try:
        with pytest.raises(UnsafeDatabase) as caught:
            check_database(engine)
    finally:
        engine.dispose()
    found: Any = caught.value.facts["faults"]
    assert all(fault in caught.value.message for fault in found)
    return list(found)


def must_be_safe(url: str) -> None:
    """The check passes."""
    engine = make_engine(url)
    check_database(engine)
    engine.dispose()


def admin_url(servers: Servers, database: Database) -> str:
    """The superuser's address of the test's database."""
    return full(servers.admin.set(database=database.name))


def test_a_migrated_database_is_safe(module_database: Database) -> None:
    """The service's role on the tables as the migrations make them."""
    must_be_safe(module_database.service_url)


def test_a_superuser_is_refused(module_database: Database, postgres_server: Servers) -> None:
    """Row-level security does not apply to one."""
    found = faults(admin_url(postgres_server, module_database))
    assert any("superuser" in fault for fault in found)


def test_the_owner_of_the_tables_is_refused(module_database: Database) -> None:
    """An owner can change history; the refusal names the role to use."""
    (fault,) = faults(module_database.owner_url)
    assert "mentorledger_owner owns" in fault and "use mentorledger_service" in fault


CHANGES = {
    "ALTER TABLE events NO FORCE ROW LEVEL SECURITY": "the table events has no forced row-level security",
    "ALTER TABLE commands DISABLE ROW LEVEL SECURITY": "the table commands has no forced row-level security",
    "CREATE TABLE notes (org_id uuid NOT NULL)": "the table notes has no forced row-level security",
    "CREATE VIEW peek AS SELECT * FROM events": "the view peek runs with its owner's rights",
    "CREATE VIEW peek WITH (security_barrier) AS SELECT 1": "the view peek runs with its owner's rights",
    "CREATE MATERIALIZED VIEW peek AS SELECT * FROM events": "the view peek runs with its owner's rights",
    "ALTER TABLE events ALTER org_id SET DEFAULT gen_random_uuid()": "the table events has a default for org_id",
    "GRANT UPDATE ON events TO mentorledger_service": "change or delete rows of events",
    "GRANT DELETE ON commands TO PUBLIC": "change or delete rows of commands",
    "GRANT TRUNCATE ON report_files TO mentorledger_service": "change or delete rows of report_files",
}


@pytest.mark.parametrize("statement", CHANGES)
def test_an_unsafe_change_of_the_tables_is_found(statement: str, database: Database) -> None:
    """Each alone is enough for a refusal, which names the table and what is wrong with it."""
    change(database.owner_url, None, statement)
    (fault,) = faults(database.service_url)
    assert CHANGES[statement] in fault


def test_a_view_with_its_callers_rights_is_safe(database: Database) -> None:
    """security_invoker lets the policies of the caller apply."""
    change(database.owner_url, None, "CREATE VIEW fine WITH (security_invoker = true) AS SELECT * FROM events")
    must_be_safe(database.service_url)


def test_every_fault_is_named_at_once(database: Database) -> None:
    """Whoever sets the database right need not start ten times."""
    for statement in list(CHANGES)[:4]:
        change(database.owner_url, None, statement)
    assert 4 == len(faults(database.service_url))


def test_an_old_server_is_refused(module_database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """Below 17.6 known faults in row security are open; the refusal says what is needed."""
    monkeypatch.setattr(tenancy, "MINIMUM_SERVER", 990_000)
    (fault,) = faults(module_database.service_url)
    assert "at least 17.6" in fault


@contextmanager
def _login(servers: Servers, database: Database, attributes: str) -> Iterator[str]:
    """The address of a role made for the test, a member of the service's role, with further attributes."""
    name = sql.Identifier(f"login_{database.name}")
    with psycopg.connect(plain(servers.admin), autocommit=True) as admin:
        admin.execute(sql.SQL("CREATE ROLE {} LOGIN PASSWORD 'x'").format(name))
        try:
            admin.execute(sql.SQL("GRANT mentorledger_service TO {}").format(name))
            admin.execute(sql.SQL(attributes).format(name))
            yield full(make_url(database.service_url).set(username=f"login_{database.name}", password="x"))
        finally:
            admin.execute(sql.SQL("DROP ROLE {}").format(name))


@pytest.mark.parametrize(
    ("attributes", "says"),
    (
        ("ALTER ROLE {} BYPASSRLS", "bypasses row-level security"),
        ("GRANT mentorledger_owner TO {}", "can become its owner"),
        ("GRANT mentorledger_owner TO {} WITH INHERIT FALSE", "can become its owner"),
        ("GRANT postgres TO {}", "can become, a superuser"),
    ),
)
def test_a_login_with_more_than_the_services_rights_is_refused(
    attributes: str, says: str, database: Database, postgres_server: Servers
) -> None:
    """What a role may become counts, not only what it is."""
    attributes = attributes.replace("postgres", str(postgres_server.admin.username))
    with _login(postgres_server, database, attributes) as url:
        assert any(says in fault for fault in faults(url))


def test_a_member_of_the_services_role_is_safe(database: Database, postgres_server: Servers) -> None:
    """A login of another name with the same rights is as good."""
    with _login(postgres_server, database, "COMMENT ON ROLE {} IS 'nothing more'") as url:
        must_be_safe(url)
