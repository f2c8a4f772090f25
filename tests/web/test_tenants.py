"""Organisations do not see each other: what another one has looks the same as what there is not."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from tests.web.conftest import Client, Running, json_of, make_running


@pytest.fixture(scope="module")
def owned(shared_api: Running) -> dict[str, str]:
    """The ids of one organisation's things."""
    owner = shared_api.client()
    running = make_running(owner)
    path = f"/relationships/{running['relationship']}"
    goal = owner.made(f"{path}/goals", {"specific": "Publish"})
    enrolment = json_of(owner.get("/enrolments"))["items"][0]["id"]
    return running | {"goal": goal, "enrolment": enrolment}


READS = (
    "/programmes/{programme}",
    "/programmes/{programme}/overview",
    "/programmes/{programme}/lines",
    "/people/{mentor}",
    "/people/{mentor}/agenda",
    "/enrolments/{enrolment}",
    "/relationships/{relationship}",
    "/relationships/{relationship}?as_of=2030-01-01T00:00:00Z",
    "/relationships/{relationship}/goals",
    "/relationships/{relationship}/goals/{goal}",
    "/relationships/{relationship}/sessions",
    "/relationships/{relationship}/timeline",
    "/relationships/{relationship}/history",
    "/imports/{relationship}",
)
WRITES: tuple[tuple[str, dict[str, Any]], ...] = (
    ("/programmes/{programme}/open", {}),
    ("/people/{mentor}/correct", {"name": "X"}),
    ("/enrolments/{enrolment}/withdraw", {}),
    ("/enrolments/{enrolment}/re-enrol", {}),
    ("/relationships/{relationship}/accept", {}),
    ("/relationships/{relationship}/goals", {"specific": "X"}),
    ("/relationships/{relationship}/goals/{goal}/drop", {"reason": "X"}),
    ("/relationships/{relationship}/stage", {"to": "cultivation", "reason": "X"}),
    ("/imports/{relationship}/undo", {"reason": "X"}),
)


def nowhere(owned: dict[str, str]) -> dict[str, str]:
    return {name: str(uuid4()) for name in owned}


@pytest.mark.parametrize("path", READS)
def test_a_read_of_anothers_is_a_read_of_nothing(client: Client, owned: dict[str, str], path: str) -> None:
    """Status, headers and body are the same for ids of others and ids of nobody."""
    theirs, nobodys = client.get(path.format(**owned)), client.get(path.format(**nowhere(owned)))
    assert 404 == theirs.status_code
    assert (nobodys.status_code, nobodys.data, list(nobodys.headers)) == (
        theirs.status_code,
        theirs.data,
        list(theirs.headers),
    )


@pytest.mark.parametrize(("path", "body"), WRITES)
def test_a_write_to_anothers_is_a_write_to_nothing(
    client: Client, owned: dict[str, str], path: str, body: dict[str, Any]
) -> None:
    """So are the answers to writes, but for the id itself where the answer repeats it."""
    said = []
    for ids in (owned, nowhere(owned)):
        answer = client.post(path.format(**ids), body)
        assert 404 == answer.status_code, answer.text
        text = answer.text
        for id_ in ids.values():
            text = text.replace(id_, "ID")
        said.append(text)
    assert said[0] == said[1]


def test_lists_and_the_feed_hold_ones_own_alone(client: Client, owned: dict[str, str]) -> None:
    """A new organisation finds nothing anywhere."""
    for path in ("/programmes", "/people", "/enrolments", "/relationships", "/imports", "/events"):
        assert [] == json_of(client.get(path))["items"], path
    for query in (f"programme={owned['programme']}", f"person={owned['mentor']}"):
        assert [] == json_of(client.get(f"/relationships?{query}"))["items"]


def test_ids_of_others_in_a_body_are_unknown(client: Client, owned: dict[str, str]) -> None:
    """A person of another organisation cannot be enrolled or proposed."""
    programme = client.made("/programmes", {"name": "Ours"})
    client.made(f"/programmes/{programme}/open")
    said = []
    for person in (owned["mentor"], str(uuid4())):
        enrolled = client.post("/enrolments", {"programme_id": programme, "person_id": person, "role": "mentor"})
        proposed = client.post("/relationships", {"programme_id": programme, "mentors": [person]})
        assert (404, 404) == (enrolled.status_code, proposed.status_code)
        said.append((enrolled.text + proposed.text).replace(person, "ID"))
    assert said[0] == said[1]


def test_the_organisation_cannot_be_named_by_the_request(client: Client, owned: dict[str, str]) -> None:
    """Neither a header nor a member of the query or the body chooses another organisation."""
    assert [] == json_of(client.get("/programmes", X_Org_Id=str(uuid4()), X_Organisation=str(uuid4())))["items"]
    assert 422 == client.get(f"/programmes?org={uuid4()}").status_code
    assert 422 == client.post("/people", {"name": "A", "org": str(uuid4())}).status_code
