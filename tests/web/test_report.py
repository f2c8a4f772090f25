"""Audit reports over HTTP: asked for, made by the workers, read."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from events.treestore import TreeStore
from projections.effects import Effects
from tests.web.conftest import Client, Running, json_of, make_running
from tests.web.test_errors import must_be_problem
from workers.context import Context
from workers.mail.outbox import Outbox
from workers.reports.schedule import make_waiting


@pytest.fixture
def workers(shared_api: Running, tmp_path: Path) -> Callable[[UUID], int]:
    """Makes what an organisation has asked for, as the job does."""
    whole = shared_api.whole
    context = Context(
        engine=whole.engine,
        log=whole.log,
        pipeline=whole.pipeline,
        queries=whole.queries,
        views=whole.views,
        effects=Effects(whole.engine),
        tree=TreeStore(whole.engine),
        mail=Outbox(tmp_path),
        sender="mentoring@town.test",
    )
    return lambda org: make_waiting(context, org, datetime.now(UTC))


def test_a_report_is_asked_for_made_and_read(client: Client, workers: Callable[[UUID], int]) -> None:
    """202 with its address; then the page, the JSON and their hashes."""
    relationship = make_running(client)["relationship"]
    asked = client.post("/reports", {"subject": relationship})
    body = json_of(asked)
    assert (202, "waiting") == (asked.status_code, body["status"])
    assert "waiting" == json_of(client.get(body["links"]["self"]))["status"]
    workers(client.org)
    made = json_of(client.get(body["links"]["self"]))
    assert ("produced", f"relationship-{relationship}") == (made["status"], made["subject"])
    page, figures = (client.get(made["links"][form]) for form in ("html", "json"))
    assert ("text/html", "application/json") == (page.mimetype, figures.mimetype)
    assert made["html_sha256"] == sha256(page.data).hexdigest()
    assert made["json_sha256"] == sha256(figures.data).hexdigest()
    assert "mentorledger.report/1" == json.loads(figures.data)["form"]
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]
    assert body["id"] in [one["id"] for one in json_of(client.get("/reports"))["items"]]


def test_the_same_wish_under_the_same_key_is_one_report(client: Client, workers: Callable[[UUID], int]) -> None:
    """Sent again, before and after it was made: the same report; without a key each wish is its own."""
    relationship = make_running(client)["relationship"]
    first = json_of(client.post("/reports", {"subject": relationship}, Idempotency_Key="r1"))
    assert first == json_of(client.post("/reports", {"subject": relationship}, Idempotency_Key="r1"))
    workers(client.org)
    again = client.post("/reports", {"subject": relationship}, Idempotency_Key="r1")
    assert (200, first["id"], "produced") == (again.status_code, json_of(again)["id"], json_of(again)["status"])
    assert first["id"] != json_of(client.post("/reports", {"subject": relationship}))["id"]


def test_a_key_belongs_to_one_wish(client: Client) -> None:
    """Another subject, or another moment, under the same key is another request, and refused."""
    made = make_running(client)
    body = {"subject": made["relationship"]}
    first = json_of(client.post("/reports", body, Idempotency_Key="r2"))
    for other in ({"subject": made["programme"]}, body | {"as_of": "2026-01-01T00:00:00Z"}):
        must_be_problem(client.post("/reports", other, Idempotency_Key="r2"), 409, "idempotency_key_reused")
    assert [first["id"]] == [one["id"] for one in json_of(client.get("/reports"))["items"]]


def test_a_wish_is_an_event(client: Client) -> None:
    """Who asked for what stands in the log, and the answer says where."""
    relationship = make_running(client)["relationship"]
    asked = json_of(client.post("/reports", {"subject": relationship}))
    [event] = json_of(client.get(f"/events?after={asked['position'] - 1}"))["items"]
    assert ("report.requested", f"relationship-{relationship}") == (event["type"], event["data"]["subject"])
    waiting = client.get(f"/reports/{asked['id']}.html")
    must_be_problem(waiting, 404, "report_waits")


def test_a_report_on_nothing_of_ours_is_refused(client: Client, shared_api: Running) -> None:
    """An unknown id and another organisation's are the same 404; tomorrow is refused; a report is unknown to others."""
    other = shared_api.client()
    theirs = make_running(other)["relationship"]
    for subject in (theirs, str(uuid4()), "person-x", "nonsense"):
        must_be_problem(client.post("/reports", {"subject": subject}), 404, "unknown_subject")
    ours = make_running(client)["relationship"]
    body = {"subject": ours, "as_of": "2199-01-01T00:00:00Z"}
    must_be_problem(client.post("/reports", body), 422, "in_future")
    asked = json_of(client.post("/reports", {"subject": ours}))["id"]
    assert 404 == other.get(f"/reports/{asked}").status_code
    for form in ("html", "json"):
        assert 404 == client.get(f"/reports/{asked}.{form}").status_code


def test_reading_reports_needs_no_right_to_ask_for_them(shared_api: Running) -> None:
    """The scope read opens them, and does not ask for new ones."""
    client = shared_api.client(frozenset({"read"}))
    assert 200 == client.get("/reports").status_code
    must_be_problem(client.post("/reports", {"subject": str(uuid4())}), 403, "missing_scope")
