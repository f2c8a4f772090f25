"""The command of the anchors, over a database and a signer's folder of its own."""

import pytest

from deploy.main import main
from deploy.signing.folder import open_signer_folder


@pytest.fixture
def command(database, redis_url, tmp_path, monkeypatch, capsys):
    """The command on a fresh database with a signer's folder: exit code, standard output, standard error."""
    open_signer_folder(tmp_path / "signer").release()
    for name, value in {
        "DATABASE_URL": database.service_url,
        "REDIS_URL": redis_url,
        "MENTORLEDGER_DATA": str(tmp_path / "data"),
        "MENTORLEDGER_SIGNER_DATA": str(tmp_path / "signer"),
    }.items():
        monkeypatch.setenv(name, value)

    def run(*words: str) -> tuple[int, str, str]:
        capsys.readouterr()
        status = main(("anchors", *words))
        told = capsys.readouterr()
        return status, told.out, told.err

    return run
