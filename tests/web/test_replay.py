"""Reads of a relationship as it stood."""

from __future__ import annotations

from urllib.parse import quote

import pytest

from tests.web.conftest import Client, json_of, make_running
from tests.web.test_errors import must_be_problem
from tests.web.test_relationship import hours_ago


@pytest.fixture
def path(client: Client) -> str:
    """A running relationship that learns today of a session of last week."""
    running = make_running(client)
    path = f"/relationships/{running['relationship']}"
    client.made(f"{path}/goals", {"specific": "Publish"})
    return path


def test_what_had_happened_and_what_was_known_are_two_questions(client: Client, path: str) -> None:
    """A session written down late had happened by then, but was not known then."""
    before = json_of(client.get(path))
    held = {"started_at": hours_ago(100), "ended_at": hours_ago(99)}
    client.made(f"{path}/sessions/held", held)
    known = json_of(client.get(f"{path}?known_at={before['changed_at']}"))
    assert (before["version"], 0) == (known["version"], known["numbers"]["sessions_held"])
    happened = [one["type"] for one in json_of(client.get(f"{path}/timeline?as_of={quote(hours_ago(98))}"))["items"]]
    assert ["relationship.session_held"] == happened


def test_a_replay_at_every_position_is_what_was_read_then(client: Client, path: str) -> None:
    """The live state and the replay up to its position are the same."""
    relationship = path.rpartition("/")[2]
    seen = [json_of(client.get(path))]
    goal = json_of(client.get(f"{path}/goals"))["items"][0]["id"]
    for command, body in (
        (f"goals/{goal}/progress", {"percent": 30}),
        (f"goals/{goal}/achieve", {}),
        ("agreement", {"cadence_days": 7}),
        ("close", {"outcome": "no_fault_exit"}),
    ):
        client.made(f"{path}/{command}", body)
        seen.append(json_of(client.get(path)))
    for one in seen:
        assert one == json_of(client.get(f"{path}?at_position={one['position']}"))
    assert relationship == seen[0]["id"]


def test_bounds_combine(client: Client, path: str) -> None:
    """Each bound takes away what lies behind it."""
    position = json_of(client.get(path))["position"]
    client.made(f"{path}/close", {"outcome": "no_fault_exit"})
    now = quote(hours_ago(-1))
    assert "active" == json_of(client.get(f"{path}?at_position={position}&as_of={now}&known_at={now}"))["status"]
    assert "closed" == json_of(client.get(f"{path}?as_of={now}&known_at={now}"))["status"]


@pytest.mark.parametrize("query", ("as_of=2000-01-01T00:00:00Z", "known_at=2000-01-01T00:00:00Z", "at_position=0"))
def test_before_its_beginning_there_is_nothing(client: Client, path: str, query: str) -> None:
    """The answer says that there was nothing yet, for the state and for the timeline."""
    must_be_problem(client.get(f"{path}?{query}"), 404, "nothing_yet")
    must_be_problem(client.get(f"{path}/timeline?{query}"), 404, "nothing_yet")


@pytest.mark.parametrize(
    ("query", "parameter"),
    (
        ("as_of=2026-03-01T10:00:00", "as_of"),
        ("as_of=2026-02-30T10:00:00Z", "as_of"),
        ("as_of=2026-03-01T10:00:00+01:00", "as_of"),
        ("known_at=yesterday", "known_at"),
        ("at_position=-1", "at_position"),
        ("at_position=99999999999999999999", "at_position"),
    ),
)
def test_a_bound_that_is_none_is_refused(client: Client, path: str, query: str, parameter: str) -> None:
    """Also a + that the address turned into a blank; the sentence says how to write it."""
    problem = must_be_problem(client.get(f"{path}?{query}"), 422, "invalid_query")
    assert [parameter] == [one["parameter"] for one in problem["errors"]]
