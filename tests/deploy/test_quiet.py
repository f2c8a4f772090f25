"""What must not be done beside a running instance is refused while there is one, wherever it runs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import redis
from sqlalchemy import make_url

from deploy.backing import Backing
from deploy.composition import Core, compose, composed
from deploy.embedded.processes import until
from deploy.errors import DeployError
from deploy.folder import open_folder
from deploy.lock import acquire
from deploy.main import main
from deploy.quiet import require_stopped
from events.organisations import organisations
from tests.conftest import Database
from workers.pulse import beat


@pytest.fixture
def backing(database: Database, redis_url: str, tmp_path: Path) -> Backing:
    return Backing(open_folder(tmp_path / "data"), make_url(database.service_url), None, redis_url)


@pytest.fixture
def core(backing: Backing) -> Iterator[Core]:
    """A command's."""
    with composed(backing.service_url) as made:
        organisations(made.engine)
        yield made


def refusal(backing: Backing, core: Core) -> str:
    """How it says that something runs."""
    with pytest.raises(DeployError) as refused:
        require_stopped(backing, core.engine)
    assert "instance_running" == refused.value.code
    return refused.value.message


def test_where_nothing_runs_nothing_is_refused(backing: Backing, core: Core) -> None:
    """A command's own connections are no instance."""
    require_stopped(backing, core.engine)


def test_an_instance_on_the_same_folder_is_found_by_its_lock(backing: Backing, core: Core) -> None:
    """Whatever servers it uses; once it ended, the lock is gone with it."""
    with acquire(backing.folder):
        assert str(backing.folder.root) in refusal(backing, core)
    require_stopped(backing, core.engine)


def test_an_instance_on_another_machine_is_found_by_its_connections(backing: Backing, core: Core) -> None:
    """As long as one of its programs is connected to the database."""
    instance = compose(backing.service_url)
    organisations(instance.engine)
    try:
        assert "connections from" in refusal(backing, core)
    finally:
        instance.engine.dispose()
    assert until(lambda: stopped(backing, core), 20)  # the server needs a moment to notice


def stopped(backing: Backing, core: Core) -> bool:
    """Whether nothing is found to run."""
    try:
        require_stopped(backing, core.engine)
    except DeployError:
        return False
    return True


def test_an_idle_worker_is_found_by_its_sign_of_life(backing: Backing, core: Core) -> None:
    """It has no connection while it waits, and may take a job at any moment."""
    with redis.Redis.from_url(backing.redis_url) as client:
        beat(client, "worker-views-0123", datetime.now(UTC), 90)
    assert "worker-views-0123" in refusal(backing, core)


def test_a_new_origin_is_refused_beside_an_instance(
    backing: Backing,
    database: Database,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """By the command itself, before it looks at the log; no option gets around it."""
    monkeypatch.setenv("DATABASE_URL", database.service_url)
    monkeypatch.setenv("REDIS_URL", backing.redis_url)
    monkeypatch.setenv("MENTORLEDGER_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("MENTORLEDGER_SIGNER_DATA", str(tmp_path / "signer"))
    (tmp_path / "signer").mkdir(mode=0o700)
    assert 0 == main(["org", "create", "Nordlicht e.V."])

    def code() -> str:
        capsys.readouterr()
        assert 1 == main(["log", "resume", "--new-origin", "--json"])
        found: str = json.loads(capsys.readouterr().out)["error"]["code"]
        return found

    with acquire(backing.folder):
        assert "instance_running" == code()
    assert "not_halted" == code()
