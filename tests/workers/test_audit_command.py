"""`mentorledger audit`: reads a log again and says what it was held up to and what is wrong."""

import json

import pytest

from deploy.main import main
from events.checkpointing import checkpoint
from tests.events.rows import change
from tests.signing import MemorySigner
from tests.workers.town import Sink, context_on, found


@pytest.fixture
def town(database, redis_url, tmp_path, monkeypatch):
    """The only organisation of an instance with servers of its own; its log is signed."""
    monkeypatch.setenv("DATABASE_URL", database.service_url)
    monkeypatch.setenv("REDIS_URL", redis_url)
    monkeypatch.setenv("MENTORLEDGER_DATA", str(tmp_path / "data"))
    with context_on(database.service_url, Sink()) as context:
        made = found(context)
        checkpoint(context.tree, MemorySigner(), made.org)
        yield made


def test_a_sound_log_is_said_to_be_sound(town, capsys):
    """The root, how many records, and the checkpoint that they were held up to."""
    assert 0 == main(["audit", "--json"])
    said = json.loads(capsys.readouterr().out)
    latest = town.context.tree.latest(town.org)
    assert (latest.size, latest.root.hex(), 0, []) == (said["records"], said["root"], said["found"], said["findings"])
    assert [f"the newest checkpoint (size {latest.size})"] == said["held_up_to"]
    assert 0 == main(["audit"])
    assert "Nothing is wrong" in capsys.readouterr().out


def test_what_was_done_to_the_tables_ends_it_with_1(town, database, capsys):
    """Each finding has its line with code and position."""
    change(database.owner_url, town.org, "UPDATE events SET type = 'goal.set' WHERE position = 2")
    assert 1 == main(["audit", "--org", str(town.org)])
    assert "FAIL column_differs (position 2)" in capsys.readouterr().out
