"""The shared fixtures: what other tests rely on."""

import psycopg
import redis
from sqlalchemy.engine import make_url

from deploy.addresses import plain


def test_database_is_migrated_and_served_by_an_ordinary_role(database):
    """A fresh database has tables, and the service's role there has no privilege that passes them by."""
    with psycopg.connect(plain(make_url(database.service_url))) as connection:
        role = connection.execute(
            "SELECT current_user, rolsuper, rolbypassrls, rolcreatedb, rolcreaterole FROM pg_roles "
            "WHERE rolname = current_user"
        ).fetchone()
        tables = connection.execute("SELECT count(*) FROM pg_tables WHERE tableowner = 'mentorledger_owner'").fetchone()
    assert ("mentorledger_service", False, False, False, False) == role
    assert tables is not None and tables[0] > 0


def test_each_database_is_another_one(database, module_database):
    """Two databases of one run do not share rows."""
    assert database.name != module_database.name


def test_redis_is_empty_and_keeps_everything(redis_url):
    """The Redis of a test is empty and evicts nothing."""
    with redis.Redis.from_url(redis_url) as client:
        assert 0 == client.dbsize()
        assert "noeviction" == client.config_get("maxmemory-policy")["maxmemory-policy"]
        client.set("left", "over")


def test_redis_is_empty_again(redis_url):
    """Nothing of another test is left, in whatever order they run."""
    with redis.Redis.from_url(redis_url) as client:
        assert 0 == client.dbsize()
        client.set("left", "over")
