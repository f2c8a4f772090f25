"""The API as a server runs it: real PostgreSQL, real Redis, real gunicorn."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask

from deploy.composition import Core, compose
from deploy.embedded.processes import free_port, until
from deploy.embedded.redis import start_redis
from deploy.errors import DeployError
from deploy.lock import FolderLock
from deploy.wsgi import application, build_app
from events.organisations import create_log, issue_token
from tests.conftest import Database
from workers.nudge import Nudger
from workers.queues import Queues, connect

PROJECT = Path(__file__).resolve().parents[2]


@pytest.fixture
def core(database: Database) -> Iterator[Core]:
    made = compose(database.service_url)
    yield made
    made.engine.dispose()


def token_of(core: Core) -> str:
    """A token of a new organisation."""
    org = uuid4()
    create_log(core.engine, org)
    return issue_token(core.engine, org, label="t", scopes=frozenset({"read", "write"}), now=datetime.now(UTC))[1]


def ready(app: Flask) -> tuple[int, Any]:
    answer = app.test_client().get("/readyz")
    return answer.status_code, answer.get_json(force=True)


def test_readiness_follows_redis_and_writes_do_not_need_it(core: Core, data_lock: FolderLock) -> None:
    """Without Redis a write is stored and answered; /readyz names Redis; the next nudge after its return is sent."""
    redis, token = start_redis(data_lock), token_of(core)
    nudger = Nudger(redis.url, pause=0)
    app = application(core, redis.url, nudger)
    headers = {"Authorization": f"Bearer {token}"}
    assert (200, {"status": "ready", "checks": ["database", "tables", "redis"]}) == ready(app)
    redis.stop()
    answer = app.test_client().post("/api/v1/people", json={"name": "Ada"}, headers=headers)
    assert 201 == answer.status_code
    until(lambda: nudger.lost > 0, 10)
    assert 1 == nudger.lost
    status, problem = ready(app)
    assert (503, {"redis": "Redis does not answer."}) == (status, problem["facts"]["missing"])
    nudger.close()


def test_a_write_asks_the_workers_for_its_organisations_views(core: Core, redis_url: str) -> None:
    """One job waits, with the organisation's id."""
    nudger, token = Nudger(redis_url, pause=0), token_of(core)
    app = application(core, redis_url, nudger)
    app.test_client().post("/api/v1/people", json={"name": "Ada"}, headers={"Authorization": f"Bearer {token}"})
    nudger.close()
    with connect(redis_url) as connection:
        assert 1 == Queues(connection).waiting()["views"]
        assert [f"views-{UUID(token.split('_')[1]).hex}"] == [
            key.decode().rpartition(":")[2] for key in connection.keys("rq:job:*")
        ]


def test_readiness_follows_the_database(redis_url: str) -> None:
    """Without PostgreSQL the process lives and says what it lacks, and no address or password with it."""
    core = compose(f"postgresql+psycopg://someone:secret@127.0.0.1:{free_port()}/nowhere")
    app = application(core, redis_url, lambda org: None)
    status, problem = ready(app)
    assert (503, {"database", "tables"}) == (status, set(problem["facts"]["missing"]))
    assert "secret" not in json.dumps(problem)
    assert 200 == app.test_client().get("/healthz").status_code
    answer = app.test_client().get(
        "/api/v1/me", headers={"Authorization": f"Bearer ml_{'0' * 32}_{'0' * 32}_{'A' * 43}"}
    )
    assert (503, "storage_unavailable") == (answer.status_code, answer.get_json(force=True)["code"])


def test_beside_the_pages_the_api_keeps_its_error_shape(core: Core, redis_url: str) -> None:
    """An address of the API that there is not is a problem document, also to a browser; the pages have their own."""
    http = application(core, redis_url, lambda org: None).test_client()
    for path, status in (("/api/v1/nothing", 404), ("/api/v1/people", 401), ("/api/v1/docs/nothing", 404)):
        answer = http.get(path, headers={"Accept": "text/html"})
        assert (status, "application/problem+json") == (answer.status_code, answer.content_type)
    assert (405, "application/problem+json") == (
        http.delete("/api/v1/people").status_code,
        http.delete("/api/v1/people").content_type,
    )
    assert "text/html" == http.get("/").mimetype


@pytest.mark.parametrize("name", ("DATABASE_URL", "REDIS_URL"))
def test_without_an_address_nothing_is_started(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """The error names what to set."""
    monkeypatch.setenv("DATABASE_URL", "postgresql://a:b@127.0.0.1:1/x")
    monkeypatch.setenv("REDIS_URL", "redis://127.0.0.1:1/0")
    monkeypatch.delenv(name)
    with pytest.raises(DeployError, match=name) as refused:
        build_app()
    assert "bad_setting" == refused.value.code


def test_gunicorn_serves_it(core: Core, database: Database, redis_url: str, tmp_path: Path) -> None:
    """Two processes with threads become ready and answer like the test client."""
    port, token = free_port(), token_of(core)
    environment = os.environ | {
        "DATABASE_URL": database.service_url,
        "REDIS_URL": redis_url,
        "PYTHONPATH": str(PROJECT),
    }
    arguments = ["--bind", f"127.0.0.1:{port}", "--worker-class", "gthread", "--workers", "2", "--threads", "4"]
    command = [sys.executable, "-m", "gunicorn", *arguments, "--no-control-socket", "deploy.wsgi:build_app()"]
    with (tmp_path / "log").open("wb") as log:
        server = subprocess.Popen(command, cwd=tmp_path, env=environment, stdout=log, stderr=log)
    try:
        base = f"http://127.0.0.1:{port}"
        until(lambda: fetched(f"{base}/readyz")[0] == 200, 60)
        assert 200 == fetched(f"{base}/readyz")[0], (tmp_path / "log").read_text()
        made = fetched(f"{base}/api/v1/people", token, b'{"name":"Ada"}')
        again = fetched(f"{base}{made[1]['links']['self']}", token)
        assert (201, 200, "Ada") == (made[0], again[0], again[1]["name"])
        assert 401 == fetched(f"{base}/api/v1/people")[0]
        assert 400 == fetched(f"{base}/api/v1/people", token, b"[" * 100_000)[0]
    finally:
        server.terminate()
        server.wait(20)


def fetched(address: str, token: str | None = None, body: bytes | None = None) -> tuple[int, Any]:
    """Status and body of an answer; 0 while nobody listens."""
    headers = {"Content-Type": "application/json", "Idempotency-Key": "k"}
    headers |= {"Authorization": f"Bearer {token}"} if token else {}
    try:
        with urllib.request.urlopen(urllib.request.Request(address, body, headers), timeout=20) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.load(error)
    except OSError:
        return 0, None
