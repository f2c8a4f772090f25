"""Roles and tables on the embedded server, and on servers that others run."""

import itertools
import os
from dataclasses import replace

import psycopg
import pytest
import redis
from psycopg import sql
from sqlalchemy.engine import make_url

from deploy import migrations
from deploy.addresses import full, plain
from deploy.backing import check_redis, open_backing
from deploy.embedded.postgres import start_postgres
from deploy.errors import DeployError
from deploy.folder import open_folder
from deploy.provision import OWNER, SERVICE, provision_embedded, rank
from deploy.settings import Settings

NUMBERS = itertools.count(1)


def ask(url, statement, *values):
    """Run a statement and return its rows."""
    with psycopg.connect(plain(make_url(url)), autocommit=True) as connection:
        cursor = connection.execute(statement, values)
        return cursor.fetchall() if cursor.description else []


@pytest.fixture(scope="module")
def foreign(data_lock):
    """A server that is not ours: no roles of ours are on it."""
    server = start_postgres(data_lock, durable=False)
    yield server
    server.stop()


@pytest.fixture
def empty(foreign):
    """The administrator's address of an empty database; the roles of earlier tests are gone."""
    name = f"foreign_{os.getpid()}_{next(NUMBERS)}"
    with psycopg.connect(plain(foreign.url()), autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    yield foreign.url(name)
    with psycopg.connect(plain(foreign.url()), autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
        for (role,) in connection.execute(
            "SELECT rolname FROM pg_roles WHERE rolname !~ '^(pg_|postgres$)'"
        ).fetchall():
            connection.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(role)))


def settings_for(tmp_path, redis_url, url, owner=None):
    """Settings of an instance with servers of its own."""
    return Settings(database_url=url, database_owner_url=owner, redis_url=redis_url, data=tmp_path / "data")


def test_provisioning_twice_changes_nothing(postgres_server, tmp_path):
    """The second start of an instance finds its roles, its passwords and its database as they were."""
    admin, name = postgres_server.admin, f"twice_{os.getpid()}"
    # Other databases of this server belong to the same two roles: their passwords must stay.
    folder = open_folder(tmp_path / "data")
    folder.keep_secret(OWNER, str(postgres_server.template.owner.password))
    folder.keep_secret(SERVICE, str(postgres_server.template.service.password))
    first = provision_embedded(admin, folder, name)
    assert first == provision_embedded(admin, folder, name)
    assert (SERVICE, False) == (rank(first.service).name, rank(first.service).manages_roles)
    postgres_server.drop(name)


def test_administrator_provisions_and_never_serves(empty, redis_url, tmp_path):
    """Given a superuser's address the service still logs in as the ordinary role, and finds its tables."""
    settings = settings_for(tmp_path, redis_url, empty)
    for _ in range(2):
        with open_backing(settings) as backing:
            assert SERVICE == backing.service.username
            assert backing.owner is not None
            assert OWNER == backing.owner.username
            assert [(SERVICE, False)] == ask(
                backing.service_url, "SELECT rolname, rolsuper FROM pg_roles WHERE rolname = current_user"
            )
            migrations.require_current(backing.service)


def test_role_maker_that_is_no_superuser_can_provision(foreign, empty, redis_url, tmp_path):
    """A managed service's administrator (CREATEROLE, owner of the database) is enough."""
    ask(full(empty), "CREATE ROLE manager LOGIN CREATEROLE PASSWORD 'm'")
    ask(full(empty), sql.SQL("ALTER DATABASE {} OWNER TO manager").format(sql.Identifier(empty.database)))
    manager = empty.set(username="manager", password="m")
    with open_backing(settings_for(tmp_path, redis_url, manager)) as backing:
        assert SERVICE == backing.service.username
        migrations.require_current(backing.service)


def test_role_maker_without_the_database_is_refused(empty, redis_url, tmp_path):
    """Who may make roles but not prepare the database is told what is missing."""
    ask(full(empty), "CREATE ROLE manager LOGIN CREATEROLE PASSWORD 'm'")
    manager = empty.set(username="manager", password="m")
    with pytest.raises(DeployError) as refusal, open_backing(settings_for(tmp_path, redis_url, manager)):
        pass
    assert "provision_refused" == refusal.value.code


def test_second_host_does_not_change_the_first_hosts_password(empty, redis_url, tmp_path):
    """Another data folder on the same server is refused instead of locking the first one out."""
    with open_backing(settings_for(tmp_path / "one", redis_url, empty)) as first:
        pass
    with (
        pytest.raises(DeployError) as refusal,
        open_backing(settings_for(tmp_path / "two", redis_url, empty)),
    ):
        pass
    assert "role_password_unknown" == refusal.value.code
    assert SERVICE in str(ask(first.service_url, "SELECT current_user"))


def test_ordinary_role_with_an_owner_is_admitted_and_migrated(empty, redis_url, tmp_path):
    """Given both addresses the owner migrates, and the service's own role gets the service's grants."""
    ask(full(empty), "CREATE ROLE app LOGIN PASSWORD 'a'")
    app = empty.set(username="app", password="a")
    with open_backing(settings_for(tmp_path, redis_url, app, owner=empty)) as backing:
        assert "app" == backing.service.username
        assert rank(app).serves
        migrations.require_current(backing.service)
    with open_backing(settings_for(tmp_path, redis_url, app)) as again:
        assert again.owner is None


def test_ordinary_role_without_tables_is_refused(empty, redis_url, tmp_path):
    """Without an owner's address an empty database is refused with the command that fills it."""
    ask(full(empty), "CREATE ROLE app LOGIN PASSWORD 'a'")
    app = empty.set(username="app", password="a")
    with (
        pytest.raises(DeployError, match="mentorledger migrate") as refusal,
        open_backing(settings_for(tmp_path, redis_url, app)),
    ):
        pass
    assert "migrations_pending" == refusal.value.code


def test_owner_that_cannot_admit_says_what_to_run(empty, redis_url, tmp_path):
    """An ordinary owner gets the statements for the administrator."""
    ask(full(empty), "CREATE ROLE app LOGIN PASSWORD 'a'")
    app = empty.set(username="app", password="a")
    with (
        pytest.raises(DeployError, match="CREATE ROLE mentorledger_service") as refusal,
        open_backing(settings_for(tmp_path, redis_url, app, owner=app)),
    ):
        pass
    assert "service_role_missing" == refusal.value.code


def test_unreachable_database_is_refused_without_its_password(redis_url, tmp_path):
    """A wrong address is repeated without its password."""
    url = make_url("postgresql+psycopg://user:hidden@127.0.0.1:1/nothing")
    with pytest.raises(DeployError) as refusal, open_backing(settings_for(tmp_path, redis_url, url)):
        pass
    assert "database_unreachable" == refusal.value.code
    assert "hidden" not in refusal.value.message
    assert refusal.value.message.isprintable()
    assert "Check this address" in refusal.value.message


def test_redis_that_may_evict_is_refused(redis_url):
    """A Redis that drops keys when memory is short would lose jobs."""
    with redis.Redis.from_url(redis_url) as client:
        client.config_set("maxmemory-policy", "allkeys-lru")
        try:
            with pytest.raises(DeployError) as refusal:
                check_redis(redis_url)
        finally:
            client.config_set("maxmemory-policy", "noeviction")
    assert "redis_may_evict" == refusal.value.code
    check_redis(redis_url)


def test_missing_redis_is_refused():
    """A Redis that does not answer is named as such."""
    with pytest.raises(DeployError) as refusal:
        check_redis("redis://127.0.0.1:1/0")
    assert "redis_unreachable" == refusal.value.code


def test_migrations_run_from_any_folder_and_only_once(foreign, empty, tmp_path):
    """Scripts in a folder with a per cent sign run, and a second run finds nothing to do."""
    scripts = tmp_path / "50% scripts"
    (scripts / "versions").mkdir(parents=True)
    (scripts / "env.py").write_text(
        "from alembic import context\n"
        "from sqlalchemy import create_engine, pool\n"
        "url = context.config.get_main_option('sqlalchemy.url')\n"
        "with create_engine(url, poolclass=pool.NullPool).connect() as connection:\n"
        "    context.configure(connection=connection)\n"
        "    with context.begin_transaction():\n"
        "        context.run_migrations()\n"
    )
    (scripts / "versions" / "0001_one.py").write_text(
        "from alembic import op\n"
        "revision, down_revision = '0001', None\n"
        "def upgrade():\n"
        "    op.execute('CREATE TABLE once (id int)')\n"
    )
    with pytest.raises(DeployError, match="at version none") as refusal:
        migrations.require_current(empty, scripts)
    migrations.upgrade(empty, scripts)
    migrations.upgrade(empty, scripts)
    migrations.require_current(empty, scripts)
    assert "migrations_pending" == refusal.value.code
    assert {"0001"} == migrations.applied(empty)


def test_command_has_embedded_servers_for_itself(open_tmp, monkeypatch):
    """Without addresses a command starts both servers, stops them, and lets no second one in meanwhile."""
    monkeypatch.setattr("deploy.backing.JOIN_SECONDS", 0.1)
    settings = Settings(data=open_tmp / "data")
    with open_backing(settings, create=True) as backing:
        assert SERVICE == backing.service.username
        assert backing.postgres is not None
        check_redis(backing.redis_url)
        with (
            pytest.raises(DeployError) as refusal,
            open_backing(replace(settings, redis_url=backing.redis_url)),
        ):
            pass
    assert "already_running" == refusal.value.code
    assert backing.postgres.process.poll() is not None
