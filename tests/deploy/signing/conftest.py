"""Signers: the desk itself, and the desk behind its server and its client."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID

import pytest

from deploy.listening import listen
from deploy.signing.desk import Desk
from deploy.signing.folder import open_signer_folder
from deploy.signing.server import SignerServer
from tests.conftest import Command
from tests.deploy.signing.logs import said
from workers.signing import HttpSigner, Keeper

SECRET = "a secret/of:them@all"
QUOTED = "a%20secret%2Fof%3Athem%40all"


class Clock:
    """Unix seconds that a test sets."""

    now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


@contextmanager
def served(desk: Keeper) -> Iterator[str]:
    """Serve a desk; its address with the secret."""
    with listen("127.0.0.1", 0) as listener:
        server = SignerServer(listener, desk, SECRET)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://:{QUOTED}@127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.shutdown()
            server.server_close()
            thread.join()


@pytest.fixture
def clock() -> Clock:
    """The signer's clock."""
    return Clock()


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """The signer's folder."""
    return tmp_path / "signer"


@pytest.fixture
def desk(root: Path, clock: Clock) -> Iterator[Desk]:
    """The signer in this process."""
    with open_signer_folder(root) as folder:
        yield Desk(folder, clock)


@pytest.fixture
def url(desk: Desk) -> Iterator[str]:
    """The address of a signer."""
    with served(desk) as address:
        yield address


@pytest.fixture(params=("desk", "http"))
def keeper(request: pytest.FixtureRequest, desk: Desk) -> Keeper:
    """The signer, as one asks it in one process and over HTTP."""
    return desk if request.param == "desk" else HttpSigner(request.getfixturevalue("url"))


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The signer's folder, in which one has been before."""
    path = tmp_path / "signer"
    open_signer_folder(path).release()
    monkeypatch.setenv("MENTORLEDGER_SIGNER_DATA", str(path))
    return path


@pytest.fixture
def org(command: Command) -> UUID:
    """An organisation."""
    return UUID(said(command, "org", "create", "Nordlicht e.V.")["organisation_id"])
