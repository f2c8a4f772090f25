"""Where a command finds its servers: it works on what it was told to, or says that it cannot."""

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from deploy import record
from deploy.addresses import database_url
from deploy.backing import open_backing
from deploy.errors import DeployError
from deploy.folder import open_folder
from deploy.lock import acquire
from deploy.main import main
from deploy.settings import Settings

DATABASE = "postgresql+psycopg://mentorledger_service:hidden@127.0.0.1:5432/mentorledger"
REDIS = "redis://:hidden@127.0.0.1:6379/0"


def refusal(settings: Settings) -> DeployError:
    """How a command that would use these settings is refused."""
    with pytest.raises(DeployError) as refused, open_backing(settings):
        pass
    return refused.value


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Settings]:
    """Settings that name the folder of an instance which runs, on the servers above."""
    with acquire(open_folder(tmp_path / "data")) as lock:
        instance = record.RunRecord(pid=os.getpid(), service_url=DATABASE, owner_url=None, redis_url=REDIS)
        record.write(lock.folder, instance)
        yield Settings(data=lock.folder.root)


@pytest.mark.parametrize(
    "other",
    (
        DATABASE.replace("127.0.0.1", "db.example.org"),
        DATABASE.replace("5432", "5433"),
        DATABASE.replace("/mentorledger", "/other"),
    ),
)
def test_other_database_than_the_running_instances_is_not_forgotten(running: Settings, other: str) -> None:
    """Whoever names a database does not work on another one because an instance happens to run on that."""
    refused = refusal(replace(running, database_url=database_url(other)))
    assert ("other_servers", True) == (refused.code, "Unset DATABASE_URL" in refused.message)
    assert "hidden" not in refused.message


def test_other_redis_than_the_running_instances_is_not_forgotten(running: Settings) -> None:
    """The same for Redis."""
    refused = refusal(replace(running, redis_url="redis://127.0.0.1:6380/0"))
    assert ("other_servers", True) == (refused.code, "Unset REDIS_URL" in refused.message)


def test_address_that_means_the_instances_database_joins_it(running: Settings) -> None:
    """Another role and no port mean the same database: the instance was started with such an address."""
    same = database_url("postgresql://postgres:secret@127.0.0.1/mentorledger")
    with open_backing(replace(running, database_url=same)) as backing:
        assert DATABASE == backing.service_url
    with open_backing(replace(running, redis_url=REDIS)) as backing:
        assert REDIS == backing.redis_url


@pytest.mark.parametrize("words", (["org", "list"], ["audit"], ["key", "show"], ["log", "status"]))
def test_mistyped_folder_is_not_taken_for_an_empty_installation(
    words: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A command that reads makes no database where there is none: it names the folder, and leaves nothing there."""
    place = tmp_path / "nowhere"
    assert 1 == main([*words, "--data", str(place)])
    errors = capsys.readouterr().err
    assert errors.startswith(f"error [no_installation]: There is no installation in {place}.")
    assert not place.exists()


def test_installation_whose_database_lies_elsewhere_is_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the database's user cannot reach the data folder, a file there says where the database is."""
    folder = open_folder(tmp_path / "data")
    folder.postgres_location.write_text("/elsewhere\n")

    def start(lock: object) -> None:
        raise DeployError("postgres_start_failed", "It was asked for.")

    monkeypatch.setattr("deploy.backing.start_postgres", start)
    assert "postgres_start_failed" == refusal(Settings(data=folder.root)).code
    folder.postgres_location.unlink()
    assert "no_installation" == refusal(Settings(data=folder.root)).code
