"""What the service's role cannot do: change history, see or write another organisation's rows."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from psycopg import sql
from psycopg.types.json import Jsonb

from events.append import Claim
from events.organisations import issue_token
from events.tenancy import GLOBAL_TABLES
from tests.conftest import Database
from tests.core import Whole
from tests.events.rows import change, connected, rows
from tests.events.samples import append, goal, live, new_stream, write

TENANT_TABLES = (
    "api_tokens", "checkpoints", "commands", "effects", "events", "live_claims", "live_states", "log_heads", "parked",
    "report_files", "tiles", "view_heads", "view_rows",
)  # fmt: skip  # one name per line says no more
REFUSED = (
    "UPDATE events SET record = 'x'",
    "UPDATE events SET leaf_hash = leaf_hash",
    "DELETE FROM events",
    "TRUNCATE events",
    "UPDATE commands SET digest = 'x'",
    "DELETE FROM commands",
    "TRUNCATE commands",
    "UPDATE report_files SET content = 'x'",
    "DELETE FROM report_files",
    "UPDATE tiles SET root = root",
    "DELETE FROM tiles",
    "UPDATE checkpoints SET note = note",
    "DELETE FROM checkpoints",
    "TRUNCATE log_heads",
    "DELETE FROM log_heads",
    "DELETE FROM api_tokens",
    "UPDATE tenant_directory SET created_at = now()",
    "DELETE FROM tenant_directory",
    "UPDATE platform_log SET org_id = gen_random_uuid()",
    "DELETE FROM platform_log",
    "UPDATE alembic_version SET version_num = '0'",
    "DROP TABLE events",
    "ALTER TABLE events DISABLE ROW LEVEL SECURITY",
    "ALTER TABLE events NO FORCE ROW LEVEL SECURITY",
    "CREATE POLICY mine ON events USING (true)",
    "DROP POLICY tenant ON events",
    "CREATE TRIGGER mine BEFORE INSERT ON events FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()",
    "CREATE TABLE mine (a int)",
    "SET ROLE mentorledger_owner",
    "SET SESSION AUTHORIZATION mentorledger_owner",
    "SET session_replication_role = 'replica'",
    "COPY events TO PROGRAM 'true'",
)


@pytest.fixture(scope="module")
def owner(module_database: Database) -> str:
    """The address of the tables' owner, to whom the policies apply as well."""
    return module_database.owner_url


def _fill(whole: Whole, url: str) -> UUID:
    """An organisation with a row in every table."""
    org = whole.organisation()
    stored = append(
        write(new_stream(), goal(), live=live(scope="s", members=("a",)), claims=(Claim(scope="c"),)), command="k"
    )
    whole.log.append(org, stored)
    issue_token(whole.engine, org, label="t", scopes=frozenset({"read"}), now=datetime.now(UTC))
    with connected(url, org) as connection:
        insert = connection.execute
        insert("INSERT INTO view_heads VALUES (%s, 'v', 1, 1, 0, NULL, NULL, now())", [org])
        insert("INSERT INTO view_rows VALUES (%s, 'v', 1, 's', 0, 'scope', 'person', now(), 'x')", [org])
        insert("INSERT INTO parked VALUES (%s, 'v', 's', 0, 'error', 1, now())", [org])
        insert("INSERT INTO effects VALUES (%s, 'e', 'held', 1, now(), now(), '')", [org])
        insert("INSERT INTO report_files VALUES (%s, 'r', 'json', 'h', 'c', now())", [org])
        insert("INSERT INTO tiles VALUES (%s, 0, 0, %s, %s)", [org, bytes(8192), bytes(32)])
        insert("INSERT INTO checkpoints VALUES (%s, 1, 1, %s, 'note', now())", [org, bytes(32)])
    return org


@pytest.fixture
def two(everything: Whole, url: str) -> tuple[UUID, UUID]:
    """Two organisations that both have a row in every table."""
    return _fill(everything, url), _fill(everything, url)


def _all_of(url: str, org: UUID | None, table: str) -> list[dict[str, Any]]:
    query = sql.SQL("SELECT to_jsonb(t) FROM {} t").format(sql.Identifier(table))
    with connected(url, org) as connection:
        return [found for (found,) in connection.execute(query).fetchall()]


@pytest.mark.parametrize("statement", REFUSED)
def test_the_services_role_may_not(statement: str, url: str, two: tuple[UUID, UUID]) -> None:
    """History is only added to, and the rules that keep organisations apart are not the service's to change."""
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        change(url, two[0], statement)


def test_every_table_with_an_organisation_is_looked_at(url: str) -> None:
    """A new table of tenants comes into these tests; nothing else is readable but what is global."""
    found = rows(
        url,
        None,
        "SELECT relname, EXISTS (SELECT FROM pg_attribute WHERE attrelid = c.oid AND attname = 'org_id') "
        "FROM pg_class c WHERE relnamespace = 'public'::regnamespace AND relkind = ANY ('{r,p,v,m,f}') ORDER BY 1",
    )
    assert [*TENANT_TABLES] == [name for name, tenants in found if tenants and name not in GLOBAL_TABLES]
    assert {*GLOBAL_TABLES} == {name for name, _ in found} - {*TENANT_TABLES}


def test_the_organisation_leads_every_key(owner: str) -> None:
    """No key or index of a tenant's table begins with anything else, and no foreign key crosses organisations."""
    keys = rows(
        owner,
        None,
        "SELECT c.relname, i.indexrelid::regclass::text, a.attname FROM pg_index i "
        "JOIN pg_class c ON c.oid = i.indrelid JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = i.indkey[0] "
        "JOIN pg_am m ON m.oid = (SELECT relam FROM pg_class WHERE oid = i.indexrelid) "
        "WHERE c.relnamespace = 'public'::regnamespace AND m.amname = 'btree'",
    )
    assert {*TENANT_TABLES} <= {table for table, _, _ in keys}
    assert [] == [key for table, key, first in keys if table != "alembic_version" and first != "org_id"]
    assert [] == rows(
        owner, None, "SELECT conname FROM pg_constraint WHERE contype = 'f' AND connamespace = 'public'::regnamespace"
    )


@pytest.mark.parametrize("table", TENANT_TABLES)
def test_an_unbound_transaction_sees_no_tenants_row(table: str, url: str, owner: str, two: tuple[UUID, UUID]) -> None:
    """Who forgot to say for whom gets nothing, the owner of the tables included."""
    assert [] == _all_of(url, None, table)
    assert [] == _all_of(owner, None, table)


@pytest.mark.parametrize("table", TENANT_TABLES)
def test_an_organisation_sees_its_own_rows_alone(table: str, url: str, two: tuple[UUID, UUID]) -> None:
    """Whatever the query, no row of the other one is in the answer."""
    for org in two:
        found = _all_of(url, org, table)
        assert found
        assert {str(org)} == {row["org_id"] for row in found}


@pytest.mark.parametrize("table", TENANT_TABLES)
def test_another_organisations_rows_cannot_be_named(table: str, url: str, two: tuple[UUID, UUID]) -> None:
    """A WHERE that asks for the other's id finds nothing to read, change or delete."""
    mine, other = two
    query = sql.SQL("SELECT count(*) FROM {} WHERE org_id = %s").format(sql.Identifier(table))
    with connected(url, mine) as connection:
        assert [(0,)] == connection.execute(query, [other]).fetchall()
    before = _all_of(url, other, table)
    for form in ("UPDATE {} SET org_id = org_id WHERE org_id = %s", "DELETE FROM {} WHERE org_id = %s"):
        with connected(url, mine) as connection:
            try:
                assert 0 == connection.execute(sql.SQL(form).format(sql.Identifier(table)), [other]).rowcount
            except psycopg.errors.InsufficientPrivilege:
                connection.rollback()
    assert before == _all_of(url, other, table)


def _refusal(url: str, org: UUID | None, table: str, row: dict[str, Any], end: str = "") -> str:
    """What an insert of the row is told."""
    insert = sql.SQL("INSERT INTO {0} SELECT * FROM jsonb_populate_record(NULL::{0}, %s) " + end)
    with connected(url, org) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege) as caught:
        connection.execute(insert.format(sql.Identifier(table)), [Jsonb(row)])
    return str(caught.value)


@pytest.mark.parametrize("end", ("", "ON CONFLICT DO NOTHING"))
@pytest.mark.parametrize("table", TENANT_TABLES)
def test_an_insert_for_another_organisation_tells_nothing(
    table: str, end: str, url: str, two: tuple[UUID, UUID]
) -> None:
    """A key that the other has, one that it has not and one of nobody are refused in the same words."""
    mine, other = two
    taken = _all_of(url, other, table)[0]
    fresh = taken | {name: value + 1 for name, value in taken.items() if type(value) is int}
    fresh |= {name: f"{value}-fresh" for name, value in taken.items() if name in {"stream", "command_id", "effect_key"}}
    told = {_refusal(url, mine, table, row, end) for row in (taken, fresh, taken | {"org_id": str(uuid4())})}
    told.add(_refusal(url, None, table, taken, end))
    assert {f'new row violates row-level security policy for table "{table}"'} == told


def test_a_row_cannot_be_given_to_another_organisation(url: str, two: tuple[UUID, UUID]) -> None:
    """Not even one's own row."""
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        change(url, two[0], "UPDATE live_states SET org_id = %s", two[1])


@pytest.mark.parametrize("bound", ("", "x", "' OR true --", "00000000"))
def test_a_binding_that_is_no_organisation_opens_nothing(bound: str, url: str, two: tuple[UUID, UUID]) -> None:
    """Empty is unbound; anything that is no UUID is an error, never a match."""
    with connected(url) as connection:
        connection.execute("SELECT set_config('app.org_id', %s, true)", [bound])
        if bound:
            with pytest.raises(psycopg.errors.InvalidTextRepresentation):
                connection.execute("SELECT * FROM events")
        else:
            assert [] == connection.execute("SELECT * FROM events").fetchall()
