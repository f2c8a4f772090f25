"""What all writes share: ids, versions, idempotency, what they answer."""

from __future__ import annotations

from uuid import UUID, uuid5

from tests.web.conftest import Client, Running, json_of, make_running
from tests.web.test_errors import must_be_problem


def test_a_write_answers_with_version_positions_and_links(client: Client) -> None:
    """What was made has an address, a version and positions in the log."""
    answer = client.post("/people", {"name": "Ada"})
    body = json_of(answer)
    assert {
        "id": body["id"],
        "stream": f"person-{body['id']}",
        "stream_version": 1,
        "first_position": 0,
        "last_position": 0,
        "events": 1,
        "links": {
            "self": f"/api/v1/people/{body['id']}",
            "events": "/api/v1/events?after=-1&limit=1",
            "receipt": "/api/v1/events/0/proof",
        },
    } == body
    assert (201, '"1"', body["links"]["self"]) == (
        answer.status_code,
        answer.headers["ETag"],
        answer.headers["Location"],
    )
    assert "person.registered" == json_of(client.get(body["links"]["events"]))["items"][0]["type"]
    assert "Ada" == json_of(client.get(answer.headers["Location"]))["name"]


def test_what_is_so_already_is_no_error_and_no_event(client: Client) -> None:
    """A command that changes nothing answers 200 without positions."""
    programme = client.made("/programmes", {"name": "Spring"})
    client.post(f"/programmes/{programme}/open")
    answer = client.post(f"/programmes/{programme}/open")
    body = json_of(answer)
    assert (200, 2, None, None, 0) == (
        answer.status_code,
        body["stream_version"],
        body["first_position"],
        body["last_position"],
        body["events"],
    )


def test_the_same_request_under_the_same_key_is_done_once(client: Client) -> None:
    """A repetition has the same answer, word for word, and says that it is one."""
    first = client.post("/people", {"name": "Ada"}, Idempotency_Key="key-1")
    again = client.post("/people", {"name": "Ada"}, Idempotency_Key="key-1")
    assert (first.status_code, first.data, first.headers["Location"]) == (
        again.status_code,
        again.data,
        again.headers["Location"],
    )
    assert ("true", None) == (again.headers.get("Idempotency-Replayed"), first.headers.get("Idempotency-Replayed"))
    assert 1 == len(json_of(client.get("/people"))["items"])
    assert str(uuid5(client.org, "command/key-1")) == json_of(first)["id"]


def test_a_repetition_is_answered_alike_whatever_came_after(client: Client) -> None:
    """The answer under a key is the first one, also when the stream went on."""
    person = client.made("/people", {"name": "Ada"})
    first = client.post(f"/people/{person}/correct", {"name": "Ada L."}, Idempotency_Key="k")
    client.made(f"/people/{person}/correct", {"name": "Ada Lovelace"})
    again = client.post(f"/people/{person}/correct", {"name": "Ada L."}, Idempotency_Key="k")
    assert first.data == again.data
    assert "Ada Lovelace" == json_of(client.get(f"/people/{person}"))["name"]


def test_a_repetition_of_what_changed_nothing_is_answered_alike(client: Client) -> None:
    """A key is kept also when there was nothing to do."""
    person = client.made("/people", {"name": "Ada"})
    first = client.post(f"/people/{person}/correct", {"name": "Ada"}, Idempotency_Key="k")
    client.made(f"/people/{person}/correct", {"name": "Ada L."})
    again = client.post(f"/people/{person}/correct", {"name": "Ada"}, Idempotency_Key="k")
    assert (200, first.data) == (again.status_code, again.data)
    assert "Ada L." == json_of(client.get(f"/people/{person}"))["name"]


def test_another_request_under_a_used_key_is_refused(client: Client) -> None:
    """A key belongs to one body and one address."""
    person = client.made("/people", {"name": "Ada"}, Idempotency_Key="k")
    must_be_problem(client.post("/people", {"name": "Bo"}, Idempotency_Key="k"), 409, "idempotency_key_reused")
    answer = client.post(f"/people/{person}/correct", {"name": "Ada L."}, Idempotency_Key="k")
    must_be_problem(answer, 409, "idempotency_key_reused")


def test_a_key_of_one_organisation_means_nothing_to_another(shared_api: Running) -> None:
    """Two organisations may use the same key."""
    one, other = shared_api.client(), shared_api.client()
    assert one.made("/people", {"name": "A"}, Idempotency_Key="k") != other.made(
        "/people", {"name": "A"}, Idempotency_Key="k"
    )


def test_what_a_session_makes_keeps_its_ids_when_it_is_sent_again(client: Client) -> None:
    """Commitments have the same ids under the same key."""
    running = make_running(client)
    body = {
        "started_at": "2026-03-01T10:00:00Z",
        "ended_at": "2026-03-01T11:00:00Z",
        "commitments": [
            {"owner": running["mentee"], "text": text, "due_on": "2026-03-20"} for text in ("Read", "Write")
        ],
    }
    path = f"/relationships/{running['relationship']}"
    answers = [client.post(f"{path}/sessions/held", body, Idempotency_Key="s").data for _ in range(2)]
    assert answers[0] == answers[1]
    commitments = json_of(client.get(f"{path}/commitments"))["items"]
    assert {"Read", "Write"} == {one["text"] for one in commitments}
    assert 2 == len({UUID(one["id"]) for one in commitments})


def test_a_stale_version_is_refused_with_the_current_one(client: Client) -> None:
    """If-Match with an older version is 409 and names the version that is."""
    person = client.made("/people", {"name": "Ada"})
    client.made(f"/people/{person}/correct", {"name": "Ada L."}, If_Match='"1"')
    answer = client.post(f"/people/{person}/correct", {"name": "Bo"}, If_Match='"1"')
    problem = must_be_problem(answer, 409, "stale_version")
    assert {"stream": f"person-{person}", "current": 2} == problem["facts"]
    assert "Ada L." == json_of(client.get(f"/people/{person}"))["name"]


def test_the_version_that_was_read_is_taken(client: Client) -> None:
    """The ETag of a read is what If-Match takes; * and none take any."""
    person = client.made("/people", {"name": "Ada"})
    tag = client.get(f"/people/{person}").headers["ETag"]
    for number, match in enumerate((tag, "*", '"3"')):
        answer = client.post(f"/people/{person}/correct", {"name": f"Ada {number}"}, If_Match=match)
        assert (200, f'"{number + 2}"') == (answer.status_code, answer.headers["ETag"])


def test_a_known_version_is_not_sent_again(client: Client) -> None:
    """If-None-Match with the current version is 304 without a body."""
    person = client.made("/people", {"name": "Ada"})
    answer = client.get(f"/people/{person}", If_None_Match='"1"')
    assert (304, b"", '"1"') == (answer.status_code, answer.data, answer.headers["ETag"])
    assert 200 == client.get(f"/people/{person}", If_None_Match='"7"').status_code
    assert 304 == client.get(f"/people/{person}", If_None_Match='"7", W/"1"').status_code


def test_the_workers_are_told_of_news_and_of_nothing_else(api: Running) -> None:
    """A write that stored events nudges its organisation once; others do not."""
    client = api.client()
    programme = client.made("/programmes", {"name": "Spring"})
    client.post(f"/programmes/{programme}/open")
    client.post(f"/programmes/{programme}/open")
    client.get("/programmes")
    assert [client.org, client.org] == api.nudged


def test_who_wrote_is_on_record_by_token(client: Client) -> None:
    """The actor of an event is the token's id, never its secret."""
    client.made("/people", {"name": "Ada"})
    assert client.token is not None
    event = json_of(client.get("/events/0"))["event"]
    assert f"token:{UUID(client.token.split('_')[2])}" == event["actor"]
