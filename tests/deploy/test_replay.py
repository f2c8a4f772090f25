"""`mentorledger replay` where nothing counts: it says why, and from when on something does."""

from collections.abc import Callable
from uuid import UUID

import pytest

from deploy.composition import composed
from events.organisations import create_log
from events.subjects.relationship import Proposed
from services.pipeline import Fact
from tests.conftest import Command, Database
from tests.console.life import on

ORG, ID = UUID(int=11), str(UUID(int=12))
TITLE = "Growing into a role in which one decides about the work of others, and has to stand up for it every day"


@pytest.fixture
def replayed(command: Command, database: Database) -> Callable[..., str]:
    """What `replay` prints of a relationship that was proposed on 1 February 2024 and is written down now."""
    proposed = Proposed(relationship_id=ID, programme_id=ID, mentors=(ID,), title=TITLE)
    with composed(database.service_url) as core:
        create_log(core.engine, ORG)
        fact = Fact(stream=f"relationship-{ID}", data=proposed, occurred_at=on(2, 1))
        core.pipeline.record(ORG, [fact], actor="operator:test")

    def run(*words: str, relationship: str = ID) -> str:
        status, out, _ = command("replay", relationship, "--org", ORG, *words)
        assert 0 == status
        return out

    return run


def test_entries_are_lines_whatever_their_length(replayed) -> None:
    """Into a pipe nothing is broken at the width of some terminal; the stream's name is as good as the id."""
    said = replayed("--position", "0")
    title, status, entry = said.splitlines()
    assert (TITLE, True) == (title, status.endswith("1 of 1 events"))
    assert entry.startswith("       0  2024-02-01 ")
    assert said == replayed("--position", "0", relationship=f"relationship-{ID}")


def test_nothing_written_down_names_the_first_entry(replayed) -> None:
    """What happened earlier was not known: the sentence says since when it is, in the words of the options."""
    said = replayed("--known-at", "2024-07-01")
    assert said.startswith(f"{TITLE}\nNothing of this was written down by then.")
    since = said.partition("written down from ")[2].partition(" ")[0]
    assert "1 of 1 events" in replayed("--known-at", since)


def test_nothing_happened_names_the_beginning(replayed) -> None:
    """Before the proposal nothing had happened; from the moment that the sentence names on it had."""
    said = replayed("--as-of", "2024-01-01")
    assert "Nothing of this had happened by then." in said
    began = said.partition("begins at ")[2].partition(" ")[0]
    assert "1 of 1 events" in replayed("--as-of", began)
