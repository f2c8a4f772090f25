"""No body and no query breaks the service: whatever comes, it answers below 500, or the test fails."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.web.conftest import Client, Running, json_of, make_running
from tests.web.test_documents import operations

Operation = tuple[str, str, dict[str, Any]]
NASTY = ("", " ", "0", "\u2028", "\U0001f600", "e\u0301", "x" * 301, "../..", "%s", "'; --", "\u202eabc", "NULL", "\\")
MOMENTS = ("2026-03-01T10:00:00Z", "2026-03-01T11:00:00+05:30", "1900-01-01T00:00:00Z", "2200-12-31T23:59:59Z")
DAYS = ("1900-01-01", "2200-12-31", "2026-02-28")
NUMBERS = (-(2**53) + 1, -1, 0, 1, 45, 100, 365, 2**31, 2**53 - 1)
NESTED = ("cadence_days", "goal", "owner", "text", "due_on", "mentor_capacity", "way_forward")
WORDS = ("mentor", "mentee", "cultivation", "separation", "completed", "praise", "Europe/Paris", "fit", "month", "x@y")


@pytest.fixture(scope="module")
def fuzzed(shared_api: Running) -> tuple[Client, dict[str, str], list[Operation]]:
    """A client with a running relationship, the ids there are, and every operation."""
    client = shared_api.client()
    ids = make_running(client)
    path = f"/relationships/{ids['relationship']}"
    ids["goal"] = client.made(f"{path}/goals", {"specific": "Publish"})
    ids["session"] = client.made(f"{path}/sessions", {"starts_at": "2190-01-01T10:00:00Z", "minutes": 60})
    ids["enrolment"] = json_of(client.get("/enrolments"))["items"][0]["id"]
    document = json_of(client.get("/openapi.json"))
    found = [
        (method, path, _members(document, operation)) for (method, path), operation in operations(document).items()
    ]
    return client, ids, found


def _members(document: dict[str, Any], operation: dict[str, Any]) -> dict[str, Any]:
    """The members of the body or the parameters of the query."""
    body = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
    name = body.get("$ref", "").rpartition("/")[2]
    if name:
        members: dict[str, Any] = document["components"]["schemas"][name]["properties"]
        return members
    query = {one["name"]: one for one in operation.get("parameters", ()) if one.get("in") == "query"}
    query.pop("at_least", None)  # it waits, and 503 is the right answer
    return query


def pool_of(ids: dict[str, str]) -> list[Any]:
    """Plausible and implausible values of every sort; ids are of things that there are."""
    simple = [*NASTY, *MOMENTS, *DAYS, *WORDS, *ids.values(), *NUMBERS, None, True, False, 1.5]
    return [
        *simple,
        [],
        {},
        [None],
        [ids["mentee"]],
        ["fit", "goal"],
        [1],
        *(dict.fromkeys(NESTED, one) for one in simple),
    ]


@settings(max_examples=150, deadline=None)
@given(place=st.integers(0, 10_000), picks=st.lists(st.integers(-1, 10_000), max_size=14))
def test_nothing_that_comes_in_breaks_the_service(
    fuzzed: tuple[Client, dict[str, str], list[Operation]], place: int, picks: list[int]
) -> None:
    """Bodies and queries of known members with values of every sort, on every address; -1 leaves a member out."""
    client, ids, found = fuzzed
    method, path, members = found[place % len(found)]
    for name, id_ in {**ids, "person": ids["mentee"], "feedback": ids["goal"], "commitment": ids["goal"]}.items():
        path = path.replace(f"{{{name}_id}}", id_)
    path = path.replace("{position}", "0").replace("{import_id}", ids["goal"]).replace("{report_id}", ids["goal"])
    pool = pool_of(ids)
    chosen = {name: pool[pick % len(pool)] for name, pick in zip(sorted(members), picks, strict=False) if pick >= 0}
    answer = client.get(f"{path}?{urlencode(chosen)}") if method == "GET" else client.sent(method, path, chosen)
    assert answer.status_code < 500, (method, path, chosen, answer.text)
    file = "/reports/" in path or path.endswith((".csv", "/checkpoint", "/proof"))
    assert file or answer.content_type in ("application/json", "application/problem+json"), path
