"""Lists in pages, and the feed of events."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

import pytest

from tests.web.conftest import Client, Running, json_of, make_running
from tests.web.test_errors import must_be_problem


def walked(client: Client, path: str) -> list[Any]:
    """The ids or positions of a list, page by page."""
    next_: str | None = path
    seen: list[Any] = []
    while next_ is not None:
        answer = client.get(next_)
        page = json_of(answer)
        seen += [one.get("id", one.get("position")) for one in page["items"]]
        next_ = page["next"]
        assert answer.headers.get("Link") == (f'<{next_}>; rel="next"' if next_ else None)
    return seen


@pytest.mark.parametrize("count", (0, 1, 3, 4, 6))
def test_each_item_comes_once_over_all_pages(client: Client, count: int) -> None:
    """Also when the last page is full; filters and the limit stay in the address of the next page."""
    made = [client.made("/people", {"name": f"Ada {number}"}) for number in range(count)]
    client.made("/people", {"name": "Bo"})
    assert sorted(made) == walked(client, "/people?search=ada&limit=3")


def test_a_page_holds_its_place_while_others_write(client: Client) -> None:
    """A cursor is a place in an order and not a number of items to skip."""
    for number in range(4):
        client.made("/people", {"name": f"Ada {number}"})
    page = json_of(client.get("/people?limit=2"))
    for number in range(4):
        client.made("/people", {"name": f"Bo {number}"})
    rest = walked(client, page["next"])
    assert set() == set(rest) & {one["id"] for one in page["items"]}


def test_the_feed_tells_everything_in_order_and_without_gaps(client: Client) -> None:
    """Whoever asks for what is behind the last position misses nothing."""
    make_running(client)
    size = json_of(client.get("/me"))["log_size"]
    assert list(range(size)) == walked(client, "/events?limit=3")
    assert list(range(5, size)) == walked(client, "/events?after=4&limit=3")
    assert [] == json_of(client.get(f"/events?after={size + 100}"))["items"]


def test_the_feed_is_filtered_by_type_and_time(client: Client) -> None:
    """Types are named with commas; since is inclusive, until is not."""
    make_running(client)
    everything = json_of(client.get("/events"))["items"]
    query = "type=person.registered,programme.opened"
    assert [one["position"] for one in everything if one["type"] in query] == walked(client, f"/events?{query}&limit=1")
    middle = everything[4]["recorded_at"]
    for bound, kept in (("since", [one for one in everything if one["recorded_at"] >= middle]),
                        ("until", [one for one in everything if one["recorded_at"] < middle])):  # fmt: skip  # a table
        assert [one["position"] for one in kept] == walked(client, f"/events?{bound}={middle}")
    problem = must_be_problem(client.get("/events?type=person.renamed"), 422, "invalid_query")
    assert "type" == problem["errors"][0]["parameter"]


def test_an_event_comes_with_the_bytes_that_the_log_keeps(client: Client) -> None:
    """The leaf hash (RFC 9162) is that of the record's bytes, and the next event of the stream names it."""
    person = client.made("/people", {"name": "Ad\u00e9la\u00efde \U0001f600"})
    client.made(f"/people/{person}/correct", {"name": "Ada"})
    first, second = json_of(client.get("/events/0")), json_of(client.get("/events/1"))
    assert sha256(b"\0" + first["record"].encode()).hexdigest() == first["leaf_hash"]
    assert f'"prev":"{first["leaf_hash"]}"' in second["record"]
    assert "Ad\u00e9la\u00efde \U0001f600" == first["event"]["data"]["name"]


@pytest.mark.parametrize("position", ("2", "9007199254740991", "9999999999999999"))
def test_a_position_behind_the_end_is_unknown(client: Client, position: str) -> None:
    """However large it is."""
    client.made("/people", {"name": "Ada"})
    must_be_problem(client.get(f"/events/{position}"), 404, "unknown_event")


@pytest.mark.parametrize("position", ("99999999999999999", "9" * 5_000, "x", "-1", "1.0", "\u0663"))
def test_what_is_no_position_is_no_address(client: Client, position: str) -> None:
    """More digits than any position has are not read."""
    must_be_problem(client.get(f"/events/{position}"), 404, "not_found")


def test_the_history_of_a_relationship_is_its_part_of_the_feed(client: Client) -> None:
    """The same events, in pages by stream version."""
    running = make_running(client)
    path = f"/relationships/{running['relationship']}"
    for number in range(4):
        client.made(f"{path}/goals", {"specific": f"Goal {number}"})
    stream = f"relationship-{running['relationship']}"
    feed = [one["position"] for one in json_of(client.get("/events"))["items"] if one["stream"] == stream]
    assert feed == walked(client, f"{path}/history?limit=2")
    assert feed == walked(client, f"{path}/timeline?limit=2")


def test_two_organisations_count_their_own_positions(shared_api: Running) -> None:
    """Each log begins at 0."""
    for client in (shared_api.client(), shared_api.client()):
        client.made("/people", {"name": "Ada"})
        assert [0] == walked(client, "/events")
