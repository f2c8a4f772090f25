"""Imports over HTTP: previewed, committed, followed, undone."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from werkzeug.test import TestResponse

from tests.web.conftest import Client, Running, json_of
from tests.web.test_errors import must_be_problem

ROSTER = (
    b"mentor_name,mentor_email,mentee_name,mentee_email,programme,title,start_date,end_date\n"
    b"Ada,ada@example.org,Bo,bo@example.org,Spring,Compilers,2026-01-05,2026-06-30\n"
    b"Cy,cy@example.org,,,Spring,No mentee,2026-01-05,2026-06-30\n"
)


def sent(client: Client, path: str, data: bytes = ROSTER, **headers: str) -> TestResponse:
    """The answer to a file."""
    return client.raw(path, data, "text/csv", **headers)


def committed(client: Client, key: str = "any") -> dict[str, Any]:
    """What a commit of the roster at the present end of the log answers."""
    planned_at = json_of(sent(client, "/imports/preview"))["planned_at"]
    answer = sent(client, f"/imports?planned_at={planned_at}&filename=spring.csv", Idempotency_Key=key)
    assert 201 == answer.status_code, answer.text
    body: dict[str, Any] = json_of(answer)
    assert f"/api/v1/imports/{body['id']}" == answer.headers["Location"]
    return body


def test_a_preview_judges_every_row_and_writes_nothing(client: Client) -> None:
    """Each row has its line, verdict and reasons; the position goes with the commit."""
    found = json_of(sent(client, "/imports/preview?filename=spring.csv"))
    assert ("spring.csv", 0, 2) == (found["filename"], found["planned_at"], len(found["plan"]["rows"]))
    assert 2 == sum(found["plan"]["counts"].values())
    assert {"import", "refused"} >= {one["verdict"] for one in found["plan"]["rows"]}
    assert all(one["notes"] for one in found["plan"]["rows"] if one["verdict"] == "refused")
    assert 0 == json_of(client.get("/me"))["log_size"]


def test_a_committed_import_is_in_force_and_can_be_taken_back(shared_api: Running) -> None:
    """Its people and relationships are there, and after the undo they are not."""
    client = shared_api.client()
    done = committed(client)
    assert done["events"] > 0
    path = f"/imports/{done['id']}"
    state = json_of(client.get(path))
    assert ("finished", "spring.csv", done["events"]) == (state["status"], state["source"], state["events"])
    assert [done["id"]] == [one["id"] for one in json_of(client.get("/imports?status=finished"))["items"]]
    assert ["active"] == [one["status"] for one in json_of(client.get("/relationships"))["items"]]
    undone = json_of(client.post(f"{path}/undo", {"reason": "Wrong file"}))
    assert (done["id"], True) == (undone["id"], undone["streams"] > 0)
    assert [] == json_of(client.get("/relationships"))["items"]
    assert "undone" == json_of(client.get(path))["status"]
    assert client.org in shared_api.nudged


def test_an_import_under_the_same_key_is_done_once(client: Client) -> None:
    """Sent again, it adds nothing and has the same id."""
    first = committed(client, "roster")
    size = json_of(client.get("/me"))["log_size"]
    again = sent(client, "/imports?planned_at=0", Idempotency_Key="roster")
    assert (201, first["id"]) == (again.status_code, json_of(again)["id"])
    assert size == json_of(client.get("/me"))["log_size"]
    other = sent(client, "/imports?planned_at=0", ROSTER + b"\n", Idempotency_Key="roster")
    must_be_problem(other, 409, "batch_reused")


def test_a_commit_where_the_log_has_moved_is_refused(client: Client) -> None:
    """What the preview saw must still hold."""
    client.made("/people", {"name": "Ada"})
    must_be_problem(sent(client, "/imports?planned_at=0"), 409, "position_moved")
    must_be_problem(sent(client, "/imports?planned_at=99"), 409, "position_moved")
    assert 1 == json_of(client.get("/me"))["log_size"]


def test_an_import_that_something_builds_on_is_not_taken_back(client: Client) -> None:
    """The refusal names the streams."""
    done = committed(client)
    relationship = json_of(client.get("/relationships"))["items"][0]["id"]
    client.made(f"/relationships/{relationship}/revise", {"title": "Parsers"})
    answer = client.post(f"/imports/{done['id']}/undo", {"reason": "Wrong file"})
    problem = must_be_problem(answer, 409, "batch_moved_on")
    assert [f"relationship-{relationship}"] == problem["facts"]["streams"]


def test_two_imports_are_taken_back_in_the_order_that_the_refusal_names(client: Client) -> None:
    """The problem's facts name the import that comes first."""
    first = committed(client, "one")
    planned_at = json_of(client.get("/me"))["log_size"]
    more = ROSTER.replace(b"2026-06-30", b"2026-07-31", 1)
    second = json_of(sent(client, f"/imports?planned_at={planned_at}&filename=more.csv", more))
    answer = client.post(f"/imports/{first['id']}/undo", {"reason": "Wrong file"})
    assert [second["id"]] == must_be_problem(answer, 409, "batch_moved_on")["facts"]["imports"]
    for done in (second, first):
        assert 200 == client.post(f"/imports/{done['id']}/undo", {"reason": "Wrong file"}).status_code
    assert [] == json_of(client.get("/relationships"))["items"]


@pytest.mark.parametrize("name", ("spring.csv", "../../spring.csv", "/etc/spring.csv"))
def test_a_file_in_a_form_keeps_its_plain_name(client: Client, name: str) -> None:
    """A path of the sender's machine is no part of the name."""
    form = {"file": (io.BytesIO(ROSTER), name)}
    headers = {"Authorization": f"Bearer {client.token}"}
    answer = client.app.test_client().post("/api/v1/imports/preview", data=form, headers=headers)
    assert (200, "spring.csv") == (answer.status_code, json_of(answer)["filename"])


def test_a_form_without_a_file_is_refused(client: Client) -> None:
    """The problem names the missing part."""
    headers = {"Authorization": f"Bearer {client.token}"}
    answer = client.app.test_client().post(
        "/api/v1/imports/preview", data={"x": "y"}, headers=headers, content_type="multipart/form-data"
    )
    problem = must_be_problem(answer, 422, "invalid_body")
    assert "/file" == problem["errors"][0]["pointer"]


@pytest.mark.parametrize(
    ("data", "code"), ((b"", "empty_file"), (b" \n\n", "empty_file"), (b"\x81\x8d\x8f", "unreadable_encoding"))
)
def test_a_file_that_cannot_be_read_is_refused(client: Client, data: bytes, code: str) -> None:
    """With the import's own codes."""
    must_be_problem(sent(client, "/imports/preview", data), 422, code)


def test_a_real_organisations_records_come_in_by_http(client: Client, shared_dir: Path) -> None:
    """The roster and then the history, previewed and committed; every relationship has its timeline."""
    for name in ("lfx-roster.csv", "lfx-history.ndjson"):
        data = (shared_dir / "data" / name).read_bytes()
        planned_at = json_of(sent(client, "/imports/preview", data))["planned_at"]
        answer = sent(client, f"/imports?planned_at={planned_at}&filename={quote(name)}", data)
        assert 201 == answer.status_code, answer.text[:500]
    imports = json_of(client.get("/imports"))["items"]
    assert {"lfx-roster.csv", "lfx-history.ndjson"} == {one["source"] for one in imports}
    page = json_of(client.get("/relationships?limit=200"))
    assert (200, True) == (len(page["items"]), page["next"] is not None)
    one = page["items"][0]["id"]
    assert json_of(client.get(f"/relationships/{one}/timeline"))["items"]
