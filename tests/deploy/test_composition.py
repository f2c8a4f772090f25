"""The parts put together."""

import pytest
from sqlalchemy import text

from deploy.composition import compose


@pytest.fixture
def core(database):
    """The parts on a database without organisations."""
    made = compose(database.service_url, pool_size=1, statement_timeout=7)
    yield made
    made.engine.dispose()


def test_requests_have_a_statement_timeout_and_long_work_has_none(core, database):
    """The limit holds from the first transaction on, also after a rollback, and only where asked for."""
    for _ in range(2):
        with core.engine.connect() as connection:
            assert "7s" == connection.scalar(text("SHOW statement_timeout"))
            connection.rollback()
    unlimited = compose(database.service_url)
    with unlimited.engine.connect() as connection:
        assert "0" == connection.scalar(text("SHOW statement_timeout"))
    unlimited.engine.dispose()
