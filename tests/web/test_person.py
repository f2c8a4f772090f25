"""People and their enrolments over HTTP."""

from __future__ import annotations

from tests.web.conftest import Client, Running, json_of, make_pair, make_running
from tests.web.test_errors import must_be_problem


def test_a_person_is_registered_and_corrected(client: Client) -> None:
    """What is left out of a correction stays."""
    person = client.made("/people", {"name": "Ada", "email": "ada@example.org", "zone": "Europe/Paris", "ref": "P-1"})
    client.made(f"/people/{person}/correct", {"name": "Ada Lovelace"})
    found = json_of(client.get(f"/people/{person}"))
    assert ("Ada Lovelace", "ada@example.org", "Europe/Paris", "P-1", 1) == (
        found["name"],
        found["email"],
        found["zone"],
        found["ref"],
        found["corrections"],
    )


def test_an_address_belongs_to_one_person(client: Client) -> None:
    """Letter case does not make another address."""
    client.made("/people", {"name": "Ada", "email": "ada@example.org"})
    must_be_problem(client.post("/people", {"name": "Bo", "email": "ADA@example.org"}), 409, "address_taken")
    must_be_problem(client.post("/people", {"name": "Bo", "email": "nobody"}), 422, "address_malformed")


def test_people_are_found_by_name_and_by_address(client: Client) -> None:
    """A part of the name, or the whole address."""
    ada = client.made("/people", {"name": "Ada", "email": "ada@example.org"})
    client.made("/people", {"name": "Bo"})
    for query in ("search=AD", "email=Ada@Example.org", "email=ada@example.org&limit=1"):
        assert [ada] == [one["id"] for one in json_of(client.get(f"/people?{query}"))["items"]]
    assert [] == json_of(client.get("/people?email=bo@example.org"))["items"]


def test_a_place_is_taken_resized_left_and_taken_again(client: Client) -> None:
    """There is one enrolment of a person in a programme in a role."""
    pair = make_pair(client)
    body = {"programme_id": pair["programme"], "person_id": pair["mentor"], "role": "mentor"}
    assert 200 == client.post("/enrolments", body).status_code
    must_be_problem(client.post("/enrolments", body | {"capacity": 3}), 409, "already_enrolled")
    place = json_of(client.get(f"/enrolments?person={pair['mentor']}"))["items"][0]["id"]
    path = f"/enrolments/{place}"
    client.made(f"{path}/capacity", {"capacity": 4})
    assert 4 == json_of(client.get(path))["capacity"]
    client.made(f"{path}/capacity", {"capacity": None})
    client.made(f"{path}/withdraw", {"reason": "Moved."})
    assert ("withdrawn", None) == (json_of(client.get(path))["status"], json_of(client.get(path))["capacity"])
    client.made(f"{path}/re-enrol", {"capacity": 2})
    assert ("enrolled", 2) == (json_of(client.get(path))["status"], json_of(client.get(path))["capacity"])


def test_an_unknown_role_and_a_mentees_capacity_are_refused(client: Client) -> None:
    """The decision's refusals reach the caller."""
    pair = make_pair(client)
    body = {"programme_id": pair["programme"], "person_id": pair["mentor"]}
    must_be_problem(client.post("/enrolments", body | {"role": "guru"}), 422, "unknown_role")
    must_be_problem(client.post("/enrolments", body | {"role": "mentee", "capacity": 1}), 422, "capacity_of_mentee")


def test_the_agenda_lists_what_lies_before_a_person(shared_api: Running) -> None:
    """Planned sessions and open goals of running relationships, for each of their people."""
    client = shared_api.client()
    running = make_running(client)
    path = f"/relationships/{running['relationship']}"
    client.made(f"{path}/goals", {"specific": "Publish", "due_on": "2190-01-01"})
    session = client.made(f"{path}/sessions", {"starts_at": "2190-01-01T10:00:00Z", "minutes": 60})
    shared_api.whole.views.catch_up(client.org)
    items = json_of(client.get(f"/people/{running['mentee']}/agenda"))["items"]
    assert {"goal", "session"} == {one["sort"] for one in items}
    assert session in [one["about"] for one in items]
    assert 1 == len(json_of(client.get(f"/people/{running['mentee']}/agenda?limit=1"))["items"])
