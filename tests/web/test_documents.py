"""What stands beside the resources: health, the OpenAPI document, its page."""

from __future__ import annotations

import re
from contextlib import closing
from typing import Any

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from tests.web.conftest import Client, Running, json_of, make_running
from tests.web.test_errors import must_be_problem, routes


@pytest.fixture(scope="module")
def document(shared_api: Running) -> dict[str, Any]:
    """The OpenAPI document."""
    found: dict[str, Any] = json_of(shared_api.app.test_client().get("/api/v1/openapi.json"))
    return found


def operations(document: dict[str, Any]) -> dict[tuple[str, str], dict[str, Any]]:
    """Every operation by method and path."""
    return {
        (method.upper(), path): operation
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
        if method in ("get", "post", "put")
    }


def served(api: Running, address: str) -> str:
    """The text of a file."""
    with closing(api.app.test_client().get(address)) as answer:
        assert 200 == answer.status_code, address
        text: str = answer.data.decode("utf-8", "replace")
        return text


def test_the_document_is_valid(document: dict[str, Any]) -> None:
    """It is OpenAPI 3.1 by the rules of the standard."""
    assert "3.1.0" == document["openapi"]
    assert [] == [error.message for error in OpenAPIV31SpecValidator(document).iter_errors()]


def test_the_document_has_every_route_and_no_other(shared_api: Running, document: dict[str, Any]) -> None:
    """What is served is described."""
    served = {(method, re.sub(r"<\w+:(\w+)>", r"{\1}", rule.rule)) for method, _, rule in routes(shared_api.app)}
    assert served == set(operations(document))


def test_every_operation_says_what_it_needs_and_answers(document: dict[str, Any]) -> None:
    """A summary, an id of its own, the scope, what comes in and what goes out."""
    found = operations(document)
    assert len(found) == len({one["operationId"] for one in found.values()})
    for (method, path), operation in found.items():
        assert operation["summary"].endswith("."), path
        assert path.endswith("/me") or operation["security"][0]["token"], path
        good = [answer for status, answer in operation["responses"].items() if status.startswith("20")]
        assert good, path
        assert all(kind["schema"] for answer in good for kind in answer["content"].values()), path
        problem = operation["responses"]["401"]["content"]["application/problem+json"]["schema"]
        assert {"$ref": "#/components/schemas/Problem"} == problem
        if method != "GET":
            assert operation["requestBody"]["content"], path


def test_queries_are_described(document: dict[str, Any]) -> None:
    """Parameters of a list, with their bounds."""
    parameters = operations(document)["GET", "/api/v1/events"]["parameters"]
    named = {one["name"]: one for one in parameters if "name" in one}
    assert {"after", "limit", "type", "since", "until"} <= set(named)
    assert (1, 200) == (named["limit"]["schema"]["minimum"], named["limit"]["schema"]["maximum"])


def test_what_is_served_is_what_is_described(client: Client, document: dict[str, Any]) -> None:
    """Answers of a life have exactly the members that the document names."""
    running = make_running(client)
    path = f"/relationships/{running['relationship']}"
    goal = client.made(f"{path}/goals", {"specific": "Publish"})
    for name, body in {
        "Programme": json_of(client.get(f"/programmes/{running['programme']}")),
        "Person": json_of(client.get(f"/people/{running['mentor']}")),
        "Relationship": json_of(client.get(path)),
        "GoalOfPair": json_of(client.get(f"{path}/goals/{goal}")),
        "RelationshipSummary": json_of(client.get("/relationships"))["items"][0],
        "RecordedEvent": json_of(client.get("/events"))["items"][0],
        "Problem": json_of(client.get("/nothing")),
    }.items():
        assert set(document["components"]["schemas"][name]["properties"]) == set(body), name


def test_the_page_loads_nothing_from_elsewhere(shared_api: Running) -> None:
    """Every file that it names is served here, and the browser is told to take no other."""
    page = shared_api.app.test_client().get("/api/v1/docs")
    assert (200, "text/html") == (page.status_code, page.mimetype)
    assert page.headers["Content-Security-Policy"].startswith("default-src 'self';")
    named = re.findall(r'(?:src|href|data-document)="([^"]+)"', page.text)
    assert len(named) > 3
    assert "/" in named, "the way back to the pages"
    for address in set(named) - {"/"}:
        assert address.startswith("/api/v1/"), address
        assert served(shared_api, address), address
    script = served(shared_api, "/api/v1/docs/static/docs.js")
    assert "validatorUrl: null" in script
    assert "http" not in script


def test_the_page_is_made_by_a_program_that_reads_openapi_3_1(shared_api: Running) -> None:
    """Swagger UI 5 does; older series show an empty page."""
    bundle = served(shared_api, "/api/v1/docs/swagger-ui-bundle.js")
    assert "openapi-3-1" in bundle or "openApi31" in bundle or "openapi_3_1" in bundle


@pytest.mark.parametrize("name", ("swagger-ui.js", "LICENSE", "..%2f__init__.py", "../../app.py", "static/../docs.py"))
def test_the_page_serves_no_other_files(shared_api: Running, name: str) -> None:
    """Only the few that it needs."""
    must_be_problem(shared_api.app.test_client().get(f"/api/v1/docs/{name}"), 404, "not_found")


def test_a_living_process_says_so(shared_api: Running) -> None:
    """`/healthz` asks nothing of others."""
    assert {"status": "alive"} == json_of(shared_api.app.test_client().get("/healthz"))


def test_readiness_names_what_is_missing(api: Running) -> None:
    """`/readyz` is 503 with each fault; 200 once there is none."""
    http = api.app.test_client()
    assert (200, {"status": "ready", "checks": ["database", "redis"]}) == (
        http.get("/readyz").status_code,
        json_of(http.get("/readyz")),
    )
    api.faults["redis"] = "Redis does not answer."
    problem = must_be_problem(http.get("/readyz"), 503, "not_ready")
    assert {"missing": {"redis": "Redis does not answer."}} == problem["facts"]
    assert "Redis does not answer." in problem["detail"]


def test_answers_are_not_kept_by_others(client: Client) -> None:
    """Proxies and browsers ask again, and guess no types."""
    person = client.made("/people", {"name": "Ada"})
    for answer in (client.get(f"/people/{person}"), client.get("/people"), client.get("/nothing")):
        assert {"no-store", "private, no-cache"} & {answer.headers["Cache-Control"]}
        assert "nosniff" == answer.headers["X-Content-Type-Options"]
