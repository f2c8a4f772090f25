"""A halted log: writes are refused with what to do, reads and repeated answers go on."""

from __future__ import annotations

from events.treestore import TreeStore
from tests.web.conftest import Client, Running, json_of, make_running
from tests.web.test_errors import must_be_problem

WHY = "This log went back. Run `mentorledger doctor`."


def test_a_halted_log_takes_nothing_and_says_why(shared_api: Running, client: Client) -> None:
    """503 without a hint to come back in a moment, since a person has to act; nothing is stored; then it goes on."""
    relationship = make_running(client)["relationship"]
    path, body = f"/relationships/{relationship}/goals", {"specific": "Land one patch"}
    made = client.post(path, body, Idempotency_Key="before")
    tree = TreeStore(shared_api.whole.engine)
    size = tree.size(client.org)
    tree.halt(client.org, WHY)
    refused = client.post(path, body)
    assert WHY == must_be_problem(refused, 503, "log_halted")["detail"]
    assert "Retry-After" not in refused.headers
    assert json_of(made)["id"] == json_of(client.post(path, body, Idempotency_Key="before"))["id"]
    assert 200 == client.get(f"/relationships/{relationship}").status_code
    assert size == tree.size(client.org)
    tree.resume(client.org)
    assert 201 == client.post(path, body).status_code
