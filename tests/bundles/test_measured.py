"""The measurement of a check runs on servers of its own and compares; how fast anything is, no test asks."""

from __future__ import annotations

import json

import pytest

from deploy.main import main


def test_a_check_is_compared(go_oracle, shared_dir, monkeypatch, capsys):
    """With what is wanted, and with Go's code on the same bundle in the same run."""
    monkeypatch.setenv("SHARED_DIR", str(shared_dir))
    assert 0 == main(["bench", "verify", "--events", "700", "--seconds", "0.1", "--json"])
    lines = json.loads(capsys.readouterr().out)["lines"]
    assert ["wanted", "Go's checksum database", "wanted", "wanted"] == [line["yardstick"] for line in lines]
    assert all(line["ours"] > 0 and line["theirs"] > 0 for line in lines)


@pytest.mark.parametrize("missing", ("SHARED_DIR", "PATH"))
def test_without_the_yardstick_it_says_so(missing, shared_dir, tmp_path, monkeypatch, capsys):
    """Where Go or the program's source is not, the command says what to install and set."""
    monkeypatch.setenv("SHARED_DIR", str(shared_dir))
    monkeypatch.setenv(missing, str(tmp_path))
    assert 1 == main(["bench", "verify", "--events", "3"])
    assert "no_yardstick" in capsys.readouterr().err
