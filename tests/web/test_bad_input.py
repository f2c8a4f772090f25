"""What must not get in, through the front door of a real server's stack: each with its code, nothing written."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from tests.web.conftest import Client, Running, json_of, make_pair, make_running
from tests.web.test_errors import must_be_problem


def pointers(answer: dict[str, Any]) -> list[str]:
    """The fields that a problem names."""
    return [one.get("pointer", one.get("parameter")) for one in answer["errors"]]


@pytest.mark.parametrize(
    ("data", "code"),
    (
        (b"{", "malformed_json"),
        (b"\xff\xfe", "malformed_json"),
        (b'{"name":"A"', "malformed_json"),
        (b"name=A", "malformed_json"),
        (b'{"name":NaN}', "malformed_json"),
        (b'{"name":"A","email":-Infinity}', "malformed_json"),
        (b'{"name":"A","name":"B"}', "duplicate_key"),
        (b'{"name":' + b"[" * 5_000 + b"]" * 5_000 + b"}", "too_deeply_nested"),
        (b'{"name":' * 100_000, "too_deeply_nested"),
    ),
)
def test_bytes_that_are_no_json_are_refused(client: Client, data: bytes, code: str) -> None:
    """Malformed JSON, NaN, duplicate keys and thousands of levels are 400."""
    must_be_problem(client.raw("/people", data), 400, code)
    assert [] == json_of(client.get("/people"))["items"]


@pytest.mark.parametrize(
    ("data", "pointer"),
    (
        (b"[]", ""),
        (b'"text"', ""),
        (b"null", ""),
        (b'{"name":5}', "/name"),
        (b'{"name":null}', "/name"),
        (b'{"name":["A"]}', "/name"),
        (b'{"name":{"first":"A"}}', "/name"),
        (b'{"name":true}', "/name"),
        (b'{"name":1.5}', "/name"),
        (b'{"name":9007199254740993}', "/name"),
        (b'{"name":' + b"9" * 5_000 + b"}", "/name"),
        (b'{"name":"\\ud800"}', "/name"),
        (b'{"name":"a\\u0000b"}', "/name"),
        (b'{"name":"a\\r\\nBcc: x@example.org"}', "/name"),
        (b'{"name":"' + b"x" * 1_000_000 + b'"}', "/name"),
        (b"{}", "/name"),
        (b'{"name":"A","nickname":"B"}', "/nickname"),
        (b'{"name":"A","person_id":"0b7a3c52-5a1e-4c1b-9d3e-2f6a8c4e1d70"}', "/person_id"),
        (b'{"name":"A","occurred_at":"2026-03-01T10:00:00"}', "/occurred_at"),
        (b'{"name":"A","occurred_at":"2026-02-30T10:00:00Z"}', "/occurred_at"),
        (b'{"name":"A","occurred_at":1740000000}', "/occurred_at"),
    ),
)
def test_values_of_the_wrong_sort_are_named_by_pointer(client: Client, data: bytes, pointer: str) -> None:
    """Wrong types, huge numbers, broken text, unknown members and impossible times are 422 with their place."""
    found = must_be_problem(client.raw("/people", data), 422, "invalid_body")
    assert [pointer] == pointers(found)
    assert [] == json_of(client.get("/people"))["items"]


def test_every_wrong_field_is_named_at_once(client: Client) -> None:
    """Nobody has to correct one field after the other."""
    running = make_running(client)
    body = {
        "started_at": "yesterday",
        "notes": {"goal": 5, "mood": "good"},
        "commitments": [{"owner": "x", "text": "Read", "due_on": "2026-02-30"}],
    }
    answer = client.post(f"/relationships/{running['relationship']}/sessions/held", body)
    found = must_be_problem(answer, 422, "invalid_body")
    assert {
        "/started_at",
        "/ended_at",
        "/notes/goal",
        "/notes/mood",
        "/commitments/0/owner",
        "/commitments/0/due_on",
    } == set(pointers(found))


@pytest.mark.parametrize(
    ("start", "end", "code"),
    (
        (timedelta(hours=1), timedelta(hours=2), "session_in_future"),
        (timedelta(hours=-1), timedelta(hours=1), "session_in_future"),
        (timedelta(hours=-1), timedelta(hours=-2), "ends_before_start"),
        (timedelta(hours=-1), timedelta(hours=-1), "ends_before_start"),
    ),
)
def test_a_session_that_cannot_have_been_is_refused(
    client: Client, start: timedelta, end: timedelta, code: str
) -> None:
    """A session in the future, and one that ends before it starts, have their own codes."""
    running, now = make_running(client), datetime.now(UTC)
    body = {"started_at": (now + start).isoformat(), "ended_at": (now + end).isoformat()}
    must_be_problem(client.post(f"/relationships/{running['relationship']}/sessions/held", body), 422, code)


def test_a_zone_that_does_not_exist_is_refused(client: Client) -> None:
    """Time zones are those of the IANA database."""
    must_be_problem(client.post("/people", {"name": "A", "zone": "Europe/Atlantis"}), 422, "unknown_zone")
    must_be_problem(client.post("/people", {"name": "A", "zone": "../../etc/passwd"}), 422, "unknown_zone")


def test_a_term_that_ends_before_it_starts_is_refused(client: Client) -> None:
    """A programme's last day is not before its first."""
    body = {"name": "Spring", "starts_on": "2026-03-01", "ends_on": "2026-02-01"}
    must_be_problem(client.post("/programmes", body), 422, "ends_before_start")


def test_what_has_not_happened_yet_is_not_recorded(client: Client) -> None:
    """occurred_at in the future is refused for every command."""
    later = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    must_be_problem(client.post("/people", {"name": "A", "occurred_at": later}), 422, "in_future")


def test_unknown_ids_are_named_in_one_way(client: Client) -> None:
    """An id that the organisation has not is 404, in the path and in the body."""
    pair, nobody = make_pair(client), str(uuid4())
    must_be_problem(client.get(f"/programmes/{nobody}"), 404, "unknown_programme")
    must_be_problem(client.post(f"/people/{nobody}/correct", {"name": "B"}), 404, "unknown_person")
    body = {"programme_id": pair["programme"], "person_id": nobody, "role": "mentor"}
    must_be_problem(client.post("/enrolments", body), 404, "unknown_person")


@pytest.mark.parametrize(
    "query",
    (
        "limit=0",
        "limit=201",
        "limit=x",
        "limit=1&limit=2",
        "nonsense=1",
        "search=a%00b",
        "search=a%0d%0aSet-Cookie:%20x=1",
        "status=%ff%00",
    ),
)
def test_a_query_that_nobody_means_is_refused(client: Client, query: str) -> None:
    """Numbers out of bounds, repeated and unknown parameters, control characters are 422."""
    found = must_be_problem(client.get(f"/programmes?{query}"), 422, "invalid_query")
    assert [query.partition("=")[0]] == pointers(found)


@pytest.mark.parametrize("cursor", ("x", "%00", "%0d%0aX-Evil:%201", "cHJvZ3JhbW1l%0A", "..", "é", "a" * 399))
def test_a_cursor_that_did_not_come_from_here_is_refused(client: Client, cursor: str) -> None:
    """A cursor is taken as it came; what was made up is refused and never echoed in a header."""
    answer = client.get(f"/programmes?cursor={cursor}")
    assert answer.status_code in (400, 422)
    must_be_problem(answer, answer.status_code, json_of(answer)["code"])
    assert "Evil" not in str(answer.headers)


@pytest.mark.parametrize("path", ("/programmes/%0d%0aX-Evil:%201", "/people/%00", "/relationships/../../x"))
def test_an_id_cannot_carry_a_header(client: Client, path: str) -> None:
    """Ids with line ends are no ids."""
    answer = client.get(path)
    must_be_problem(answer, 404, "not_found")
    assert "Evil" not in str(answer.headers)


@pytest.mark.parametrize("key", ("", " ", "a b", "x" * 201, "é", "a\tb"))
def test_an_idempotency_key_is_short_and_visible(client: Client, key: str) -> None:
    """Keys of other characters, empty and long ones are 400."""
    must_be_problem(client.post("/people", {"name": "A"}, Idempotency_Key=key), 400, "invalid_header")


@pytest.mark.parametrize("tag", ("3", 'W/"3"', '"x"', '"1", "2"', '""', '"-1"', '"' + "9" * 30 + '"'))
def test_if_match_takes_one_version(client: Client, tag: str) -> None:
    """What is no version is 400 and not ignored."""
    person = client.made("/people", {"name": "A"})
    answer = client.post(f"/people/{person}/correct", {"name": "B"}, If_Match=tag)
    must_be_problem(answer, 400, "invalid_header")


def test_text_that_fits_no_record_is_refused(client: Client) -> None:
    """What is allowed by field may still be too much for one record of the log."""
    running = make_running(client)
    now = datetime.now(UTC)
    body = {
        "started_at": (now - timedelta(hours=2)).isoformat(),
        "ended_at": (now - timedelta(hours=1)).isoformat(),
        "notes": dict.fromkeys(("goal", "reality", "options", "way_forward"), "\u20ac" * 10_000),
    }
    answer = client.post(f"/relationships/{running['relationship']}/sessions/held", body)
    must_be_problem(answer, 413, "record_too_large")


def test_nothing_of_a_refused_request_is_written(shared_api: Running) -> None:
    """After all refusals the log is as it was, and nobody was nudged."""
    client = shared_api.client()
    nudged = len(shared_api.nudged)
    for body in ({}, {"name": ""}, {"name": "A", "zone": "x"}, {"name": "A", "email": "nobody"}):
        assert 422 == client.post("/people", body).status_code
    assert 0 == json_of(client.get("/me"))["log_size"]
    assert nudged == len(shared_api.nudged)
