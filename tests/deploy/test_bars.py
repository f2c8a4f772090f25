"""Progress bars: what is drawn, and where nothing is."""

import io
import sys
from pathlib import Path

import pytest

from deploy.bars import bar
from deploy.composition import composed
from deploy.main import main
from deploy.organisation import make_organisation
from projections.views.stored import STORED
from tests.conftest import Database


class Terminal(io.StringIO):
    """Standard error that is a terminal."""

    def isatty(self) -> bool:
        """So it says."""
        return True


def plain(monkeypatch: pytest.MonkeyPatch, place: io.StringIO) -> None:
    """Let standard error be this, whatever the environment says of terminals."""
    for name in ("NO_COLOR", "FORCE_COLOR", "TERM", "TTY_COMPATIBLE", "TTY_INTERACTIVE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(sys, "stderr", place)


def drawn(monkeypatch: pytest.MonkeyPatch, place: io.StringIO, *told: tuple[int, int]) -> str:
    """What stands on standard error once a bar that was told this is done."""
    plain(monkeypatch, place)
    with bar("rebuild live", quiet=False) as say:
        for one in told:
            say(*one)
    return place.getvalue()


def test_nothing_is_drawn_into_a_file(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor an empty line."""
    assert "" == drawn(monkeypatch, io.StringIO(), (3, 10), (10, 10))


def test_bar_ends_where_it_was_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a terminal it shows how much of how much."""
    assert "10/10" in drawn(monkeypatch, Terminal(), (3, 10), (10, 10))


def test_bar_shows_nothing_before_it_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is refused at once has no bar that never moved above the refusal."""
    assert "rebuild" not in drawn(monkeypatch, Terminal())


def test_bar_of_a_rebuild_is_full_at_the_end(
    database: Database, redis_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where a view passes over events that it has no use for."""
    monkeypatch.setenv("DATABASE_URL", database.service_url)
    monkeypatch.setenv("REDIS_URL", redis_url)
    with composed(database.service_url) as core:
        org, _ = make_organisation(core, "Nordlicht", actor="operator:test")
        size = core.log.size(org)
    terminal = Terminal()
    plain(monkeypatch, terminal)
    assert 0 == main(["projections", "--data", str(tmp_path / "data"), "rebuild", STORED[0].name])
    assert f"{size}/{size}" in terminal.getvalue()
