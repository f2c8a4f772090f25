"""The command of the anchors, over a database and a signer's folder of its own."""

from functools import partial

import pytest

from deploy.signing.folder import open_signer_folder


@pytest.fixture
def command(command, tmp_path, monkeypatch):
    """The command's `anchors`, with a signer's folder."""
    open_signer_folder(tmp_path / "signer").release()
    monkeypatch.setenv("MENTORLEDGER_SIGNER_DATA", str(tmp_path / "signer"))
    return partial(command, "anchors")
