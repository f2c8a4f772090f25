"""Foreign programs for the tests of bundles; where one is missing, the tests that need it are skipped and say why."""

from pathlib import Path

import pytest

from services.anchors.files import STAMP, WITNESSED
from tests.anchors.tsa import Tsa
from tests.bundles.made import MadeLog
from tests.bundles.oracles import AICS, build_go_oracle
from tests.bundles.vouched import Installation


@pytest.fixture(scope="session")
def go_oracle(shared_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The program made of golang.org/x/mod/sumdb."""
    program = build_go_oracle(shared_dir, tmp_path_factory.mktemp("go"))
    if program is None:
        pytest.skip("no Go: apt-get install golang-go golang-golang-x-mod-dev")
    return program


@pytest.fixture(scope="session")
def aics() -> Path:
    """The program `aics-tlog` in an environment of its own."""
    if not AICS.exists():
        pytest.skip("no aics-tlog: .ci/run installs it")
    return AICS


@pytest.fixture(scope="session")
def log() -> MadeLog:
    """A log of more than one tile, with a statement on its streams in the middle and one near the end."""
    return MadeLog().fill(300).state().fill(233).state().fill(4)


@pytest.fixture(scope="session")
def whole(log: MadeLog, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bundle of that log; tests change copies of it."""
    return log.export(tmp_path_factory.mktemp("whole") / "bundle")


@pytest.fixture(scope="session")
def part(log: MadeLog, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bundle of one of its relationships; tests change copies of it."""
    return log.export(tmp_path_factory.mktemp("part") / "bundle", number=2)


@pytest.fixture(scope="session")
def tsa(tmp_path_factory: pytest.TempPathFactory) -> Tsa:
    """A time-stamp authority made with openssl."""
    return Tsa(tmp_path_factory.mktemp("authority") / "tsa")


@pytest.fixture(scope="session")
def town(log: MadeLog, tsa: Tsa) -> Installation:
    """An installation that vouches for that log: a time stamp at 300 records, a witness at 500."""
    made = Installation(log, tsa)
    made.vouch(300, STAMP)
    made.vouch(500, WITNESSED)
    return made


@pytest.fixture(scope="session")
def vouched(town: Installation, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bundle of that log with its anchors; tests change copies of it."""
    return town.export(tmp_path_factory.mktemp("vouched") / "bundle")
