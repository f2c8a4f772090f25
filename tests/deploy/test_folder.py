"""The data folder and its secrets."""

import pytest

from deploy.errors import DeployError
from deploy.folder import open_folder, write_private


def test_secret_is_made_once_and_is_private(tmp_path):
    """A secret stays the same, differs from others, and nobody else can read it."""
    folder = open_folder(tmp_path / "data")
    first = folder.secret("service")
    assert first == open_folder(tmp_path / "data").secret("service")
    assert first != folder.secret("other")
    assert 0o600 == (folder.secrets / "service").stat().st_mode & 0o777
    assert 0o700 == folder.secrets.stat().st_mode & 0o777


def test_unknown_secret_is_none(tmp_path):
    """Asking for a stored secret does not make one."""
    folder = open_folder(tmp_path / "data")
    assert folder.stored_secret("service") is None
    assert [] == list(folder.secrets.iterdir())


def test_file_in_the_place_of_the_folder_is_refused(tmp_path):
    """A data folder that cannot be is refused with its path and what to choose instead."""
    (tmp_path / "data").write_text("")
    with pytest.raises(DeployError, match="--data") as refusal:
        open_folder(tmp_path / "data")
    assert "data_unusable" == refusal.value.code


def test_replacing_a_private_file_leaves_no_half(tmp_path):
    """A private file is replaced in one step and leaves nothing beside it."""
    write_private(tmp_path / "run.json", "one")
    write_private(tmp_path / "run.json", "two")
    assert [tmp_path / "run.json"] == list(tmp_path.iterdir())
    assert "two" == (tmp_path / "run.json").read_text()
