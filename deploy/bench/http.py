"""A POST that appends, through the API under its server, beside a bare Flask route under the same server."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from http.client import HTTPConnection
from pathlib import Path
from uuid import uuid4

from deploy import tokens
from deploy.addresses import full, plain
from deploy.bench.ground import Ground, organisation
from deploy.bench.rounds import milliseconds
from deploy.bench.table import Line
from deploy.bench.yardsticks import NOTE, RawInserts, beginning
from deploy.composition import composed
from deploy.errors import DeployError
from deploy.listening import listen
from events.subjects.goal import GoalSet
from services.decisions.organisation import CreateOrganisation
from services.pipeline import Fact

PROJECT = Path(__file__).resolve().parent.parent.parent
READY_SECONDS = 30.0
GOAL = "00000000-0000-4000-8000-000000000001"
_ROUNDS_PER_SECOND = 40


def measure(ground: Ground, seconds: float) -> list[Line]:
    """The median of single requests over one kept connection each, by turns."""
    RawInserts(ground, 1).close()  # it has made the table of the bare route
    with composed(full(ground.service)) as core:
        org, relationship = organisation(core.engine), str(uuid4())
        created = CreateOrganisation(organisation_id=str(org), name="Bench", simulated=True)
        core.pipeline.handle(org, created, actor="operator:bench")
        core.pipeline.record(org, _beginning(relationship), actor="operator:bench")
        _, token = tokens.issue(core, org, label="bench", scopes=tokens.SCOPES, actor="operator:bench")
    environment = {
        "DATABASE_URL": full(ground.service),
        "REDIS_URL": ground.redis_url,
        "MENTORLEDGER_DATA": str(ground.folder),
        "BENCH_DATABASE": plain(ground.service),
        "PYTHONPATH": str(PROJECT),
    }
    with ExitStack() as stack:
        api = stack.enter_context(_served("deploy.wsgi:build_app()", environment))
        bare = stack.enter_context(_served("deploy.bench.bareroute:build_app()", environment))
        path = f"/api/v1/relationships/{relationship}/goals/{GOAL}/progress"
        headers = {"Authorization": f"Bearer {token}"}
        times = max(int(seconds * _ROUNDS_PER_SECOND), 20)
        ours, theirs = milliseconds([_post(api, path, headers), _post(bare, "/insert", {})], times)
    what = "POST that appends, p50"
    return [Line(what=what, ours=ours, yardstick="bare route", theirs=theirs, unit="ms", target=2.5, at_most=True)]


def _beginning(relationship: str) -> list[Fact]:
    now, stream = datetime.now(UTC), f"relationship-{relationship}"
    goal = GoalSet(goal_id=GOAL, specific="Answer quickly")
    return [Fact(stream=stream, data=data, occurred_at=now) for data in (beginning(relationship), goal)]


def _post(connection: HTTPConnection, path: str, headers: dict[str, str]) -> Callable[[], None]:
    numbers = iter(range(10**12))

    def post() -> None:
        body = json.dumps({"percent": next(numbers) % 100, "note": NOTE})
        fresh = {"Idempotency-Key": str(uuid4()), "Content-Type": "application/json"}
        connection.request("POST", path, body, headers | fresh)
        answer = connection.getresponse()
        said = answer.read()
        if answer.status >= 300:
            raise DeployError("bench_request_failed", f"{path} answered {answer.status}: {said[:300]!r}")

    return post


@contextmanager
def _served(application: str, environment: dict[str, str]) -> Iterator[HTTPConnection]:
    """The application under gunicorn as an instance runs it: one process, eight threads."""
    listener = listen("127.0.0.1", 0)
    descriptor = listener.fileno()
    command = [
        sys.executable, "-m", "gunicorn", "--bind", f"fd://{descriptor}", "--worker-class", "gthread",
        "--workers", "1", "--threads", "8", "--keep-alive", "60", "--no-control-socket", application,
    ]  # fmt: skip  # a command line
    process = subprocess.Popen(command, env=environment, cwd=PROJECT, pass_fds=(descriptor,), stderr=subprocess.DEVNULL)
    connection = HTTPConnection("127.0.0.1", listener.getsockname()[1], timeout=READY_SECONDS)
    try:
        _await(connection)
        yield connection
    finally:
        connection.close()
        process.terminate()
        process.wait(READY_SECONDS)
        listener.close()


def _await(connection: HTTPConnection) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while True:
        try:
            connection.request("GET", "/readyz")
            connection.getresponse().read()
        except OSError:
            if time.monotonic() > deadline:
                raise
            connection.close()
            time.sleep(0.1)
        else:
            return
