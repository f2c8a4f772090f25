"""Every error of the API has one shape, whoever raises it."""

from __future__ import annotations

import io
import logging
import re
from dataclasses import replace
from http import HTTPStatus
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from services.imports.text import MAX_FILE
from services.web import problems
from services.web.app import LARGEST_BODY
from tests.web.conftest import Client, Running, json_of

SOMEBODY = "0b7a3c52-5a1e-4c1b-9d3e-2f6a8c4e1d70"


def must_be_problem(answer: TestResponse, status: int, code: str) -> dict[str, Any]:
    """The body of an answer that is a problem document of RFC 9457 with our members."""
    assert "application/problem+json" == answer.content_type, answer.text
    body: dict[str, Any] = json_of(answer)
    assert {"type", "title", "status", "detail", "code", "errors", "facts"} == set(body)
    assert (status, status, code) == (answer.status_code, body["status"], body["code"]), body
    assert ("about:blank", HTTPStatus(status).phrase) == (body["type"], body["title"])
    assert body["detail"].endswith(".")
    return body


def routes(app: Flask) -> list[tuple[str, str, Rule]]:
    """(method, path with an id for each parameter, rule) of every address under /api."""
    found = []
    for rule in app.url_map.iter_rules():
        path = re.sub(r"<position:\w+>", "9", re.sub(r"<uuid:\w+>", SOMEBODY, rule.rule))
        found += [(method, path, rule) for method in sorted((rule.methods or set()) & {"GET", "POST", "PUT"})]
    return [one for one in found if one[1].startswith("/api/v1/") and "docs" not in one[1] and "openapi" not in one[1]]


def test_every_route_asks_for_a_token_in_the_same_words(shared_api: Running) -> None:
    """No address answers anything else to somebody unknown, whatever the body."""
    client = replace(shared_api.client(), token=None)
    found = routes(shared_api.app)
    assert len(found) > 50
    for method, path, _ in found:
        answer = client.get(path) if method == "GET" else client.raw(path, b"{broken", method=method)
        must_be_problem(answer, 401, "no_token")


def test_every_route_refuses_other_methods(shared_api: Running) -> None:
    """A method that an address does not take is 405 with the methods that it takes."""
    client = shared_api.client()
    for _, path, rule in routes(shared_api.app):
        answer = client.app.test_client().delete(path)
        must_be_problem(answer, 405, "method_not_allowed")
        assert (rule.methods or set()) <= {one.strip() for one in answer.headers["Allow"].split(",")}


def test_every_route_answers_nonsense_with_a_problem(shared_api: Running) -> None:
    """A body that is no JSON and a query that nobody knows are 400, 422 or 404 everywhere."""
    client = shared_api.client()
    for method, path, _ in routes(shared_api.app):
        if method != "GET" and "/imports" not in path:
            must_be_problem(client.raw(path, b"{broken", method=method), 400, "malformed_json")
        if method == "GET" and path != "/api/v1/me":
            answer = client.get(f"{path}?nonsense=1&limit=x")
            assert answer.status_code in (404, 422), path
            must_be_problem(answer, answer.status_code, json_of(answer)["code"])


@pytest.mark.parametrize(
    "path", ("/nothing", "/programmes/", "/programmes/xyz", "/events/-1", "/events/1.5", "/../etc")
)
def test_an_address_that_there_is_not_is_a_problem(client: Client, path: str) -> None:
    """Unknown paths, also those with a malformed id, are 404."""
    must_be_problem(client.get(path), 404, "not_found")


@pytest.mark.parametrize("path", ("/", "/favicon.ico", "/x" * 4_000))
def test_outside_the_api_errors_have_the_same_shape(client: Client, path: str) -> None:
    """There is one error shape for the whole server."""
    must_be_problem(client.app.test_client().get(path), 404, "not_found")


@pytest.mark.parametrize("content_type", ("text/plain", "application/x-www-form-urlencoded", "", "application/xml"))
def test_a_body_of_another_type_is_refused(client: Client, content_type: str) -> None:
    """Only JSON is read where JSON is asked for."""
    must_be_problem(client.raw("/people", b'{"name":"A"}', content_type), 415, "unsupported_media_type")


def test_a_body_over_the_limit_is_refused(client: Client) -> None:
    """A body larger than a megabyte is 413, whether its length is told or not."""
    must_be_problem(client.raw("/people", b" " * (LARGEST_BODY + 1)), 413, "body_too_large")
    file = b"x" * (MAX_FILE + 200_000)
    must_be_problem(client.raw("/imports/preview", file, "text/csv"), 413, "body_too_large")


@pytest.mark.parametrize(
    ("path", "content_type", "size"),
    (
        ("/people", "application/json", LARGEST_BODY + 100_000),
        ("/imports/preview", "text/csv", MAX_FILE + 200_000),
        ("/imports/preview", "multipart/form-data; boundary=b", MAX_FILE + 200_000),
    ),
)
def test_a_body_of_untold_length_is_not_cut_off_in_silence(
    client: Client, path: str, content_type: str, size: int
) -> None:
    """A chunked body that is too large is refused as a whole, though the framework reads it up to the limit."""
    head = (
        b'--b\r\nContent-Disposition: form-data; name="file"; filename="f"\r\n\r\n' if "form" in content_type else b""
    )
    answer = client.app.test_client().post(
        f"/api/v1{path}",
        input_stream=io.BytesIO(head + b'{"name":"A"}' + b" " * size),
        headers={"Authorization": f"Bearer {client.token}", "Content-Type": content_type},
        environ_overrides={"wsgi.input_terminated": True},
    )
    must_be_problem(answer, 413, "body_too_large")


def test_what_breaks_on_our_side_says_nothing_of_what_people_wrote(
    api: Running, caplog: pytest.LogCaptureFixture
) -> None:
    """An unexpected exception is 500; place and type go to the log, its message goes nowhere."""
    client = api.client()

    written = f"Ada's {'secret'[::-1]}"[::-1]  # not to be found in a source line of the traceback

    def broken(org: UUID) -> None:
        raise ValueError(written)

    services, credentials = api.app.extensions["mentorledger"]
    api.app.extensions["mentorledger"] = (replace(services, nudge=broken), credentials)
    with caplog.at_level(logging.ERROR):
        answer = client.post("/people", {"name": "Ada"})
    must_be_problem(answer, 500, "internal_error")
    assert "secret" not in answer.text
    assert "secret" not in caplog.text
    assert "ValueError" in caplog.text


def test_every_conflict_is_a_code_that_something_raises() -> None:
    """The list of refusals that are 409 names only codes that stand in the sources."""
    root = Path(problems.__file__).parent.parent.parent
    sources = [one for layer in ("events", "services") for one in (root / layer).rglob("*.py")]
    text = "".join(one.read_text() for one in sources if one.name != "problems.py")
    assert set() == {code for code in problems.CONFLICTS if f'"{code}"' not in text}
