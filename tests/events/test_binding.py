"""A transaction is bound to one organisation for as long as it lasts, and the next one starts unbound."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Connection, Engine, text

from events.log import Log
from events.tenancy import across_tenants, make_engine, tenant
from tests.conftest import Database
from tests.core import Whole
from tests.events.samples import append, goal, new_stream, write


@pytest.fixture
def single(module_database: Database) -> Iterator[Engine]:
    """An engine with one connection, which every user of the pool gets in turn."""
    engine = make_engine(module_database.service_url, pool_size=1, overflow=0)
    yield engine
    engine.dispose()


@pytest.fixture
def two(everything: Whole) -> tuple[UUID, UUID]:
    """Two organisations with an event each."""
    orgs = (everything.organisation(), everything.organisation())
    for org in orgs:
        everything.log.append(org, append(write(new_stream(), goal(str(org)))))
    return orgs


def visible(connection: Connection) -> set[UUID]:
    """Whose events the transaction sees."""
    return set(connection.scalars(text("SELECT org_id FROM events")))


def backend(connection: Connection) -> int:
    """Which server process answers."""
    return int(connection.scalar(text("SELECT pg_backend_pid()")) or 0)


@pytest.mark.parametrize("end", ("commit", "rollback"))
def test_the_binding_holds_after(end: str, single: Engine, two: tuple[UUID, UUID]) -> None:
    """A transaction that ends in the middle of the work is followed by one that is bound again."""
    for org in two:
        with single.connect().execution_options(org_id=org) as connection:
            for _ in range(3):
                assert {org} == visible(connection)
                getattr(connection, end)()


def test_the_binding_holds_after_a_savepoint_is_rolled_back(single: Engine, two: tuple[UUID, UUID]) -> None:
    """Rolling back to a savepoint does not undo who the transaction is for."""
    with tenant(single, two[0]) as connection:
        for _ in range(2):
            savepoint = connection.begin_nested()
            assert {two[0]} == visible(connection)
            savepoint.rollback()
            assert {two[0]} == visible(connection)


def test_the_binding_holds_after_a_failed_statement(single: Engine, two: tuple[UUID, UUID]) -> None:
    """An error in a savepoint leaves the transaction bound, and an error in a transaction the next one unbound."""
    with tenant(single, two[0]) as connection:
        with pytest.raises(Exception, match="division by zero"), connection.begin_nested():
            connection.execute(text("SELECT 1 / 0"))
        assert {two[0]} == visible(connection)
    with pytest.raises(Exception, match="division by zero"), tenant(single, two[0]) as connection:
        connection.execute(text("SELECT 1 / 0"))
    with across_tenants(single) as connection:
        assert set() == visible(connection)


def test_without_transactions_nothing_is_visible(single: Engine, two: tuple[UUID, UUID]) -> None:
    """Where each statement commits by itself the binding is gone at once: no row, rather than another's."""
    with single.connect().execution_options(org_id=two[0], isolation_level="AUTOCOMMIT") as connection:
        assert set() == visible(connection)


def test_the_next_user_of_the_connection_is_unbound(single: Engine, two: tuple[UUID, UUID]) -> None:
    """After a bound transaction, an append, a load or a failed append the same server process knows of nobody."""
    log = Log(single)

    def fail() -> None:
        with pytest.raises(ZeroDivisionError), tenant(single, two[0]):
            raise ZeroDivisionError

    uses = (
        lambda: log.size(two[0]),
        lambda: log.append(two[0], append(write(new_stream(), goal()))),
        lambda: log.load(two[0], [new_stream()]),
        lambda: log.read(two[0]),
        fail,
    )
    with across_tenants(single) as connection:
        process = backend(connection)
    for use in uses:
        use()
        with across_tenants(single) as connection:
            assert process == backend(connection)
            assert set() == visible(connection)
            assert connection.scalar(text("SELECT current_setting('app.org_id', true)")) in {"", None}


def test_interleaved_organisations_stay_apart(single: Engine, two: tuple[UUID, UUID]) -> None:
    """Threads of two organisations over one connection each see their own events, in hundreds of turns."""
    log = Log(single)

    def look(number: int) -> bool:
        org = two[number % 2]
        with tenant(single, org) as connection:
            return {org} == visible(connection)

    def add(number: int) -> bool:
        org = two[number % 2]
        log.append(org, append(write(new_stream(), goal(str(org)))))
        return {str(org)} == {event.data.specific for event in log.read(org)}

    with ThreadPoolExecutor(4) as pool:
        assert all(pool.map(look, range(300)))
        assert all(pool.map(add, range(60)))


@pytest.mark.parametrize("org", ("", "x", "' OR true --", None, 1))
def test_only_an_organisations_id_binds(single: Engine, org: object) -> None:
    """Whatever is no UUID is refused before the database is asked; the connection goes back to the pool."""
    for _ in range(2):
        with pytest.raises(ValueError, match="UUID"), tenant(single, org):  # type: ignore[arg-type]  # the fault itself
            pass


def test_an_organisation_that_is_not_there_sees_nothing(single: Engine, two: tuple[UUID, UUID]) -> None:
    """An unknown id is bound like any other and has no rows."""
    with tenant(single, uuid4()) as connection:
        assert set() == visible(connection)
