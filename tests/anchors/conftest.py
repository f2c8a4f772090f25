"""The command of the anchors with a signer's folder of its own; a signer and a mail box in memory."""

from functools import partial

import pytest

from deploy.signing.folder import open_signer_folder
from tests.signing import MemorySigner
from tests.workers.town import Sink


@pytest.fixture
def command(command, tmp_path, monkeypatch):
    """The command's `anchors`, with a signer's folder."""
    open_signer_folder(tmp_path / "signer").release()
    monkeypatch.setenv("MENTORLEDGER_SIGNER_DATA", str(tmp_path / "signer"))
    return partial(command, "anchors")


@pytest.fixture
def signer() -> MemorySigner:
    return MemorySigner()


@pytest.fixture
def sink() -> Sink:
    return Sink()
