"""An application over a real database, an organisation in it and a client that speaks for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import Engine
from werkzeug.test import TestResponse

from events.organisations import create_log, credential_of, issue_token
from events.treestore import TreeStore
from projections.effects import Effects
from projections.report_files import ReportFiles
from projections.standing import standing
from services.imports.batch import Importer
from services.imports.undo import Undoer
from services.reports import Reports
from services.web.app import create_app
from services.web.parts import Services
from tests.conftest import Database
from tests.core import Whole, whole

SCOPES = frozenset({"read", "write", "import", "admin"})


@dataclass(frozen=True)
class Client:
    """Speaks JSON for one token of one organisation; None for no token at all."""

    app: Flask
    org: UUID
    token: str | None
    headers: dict[str, str] = field(default_factory=dict)

    def get(self, path: str, **headers: str) -> TestResponse:
        return self.sent("GET", path, None, **headers)

    def post(self, path: str, body: Any = None, **headers: str) -> TestResponse:
        return self.sent("POST", path, {} if body is None else body, **headers)

    def put(self, path: str, body: Any, **headers: str) -> TestResponse:
        return self.sent("PUT", path, body, **headers)

    def made(self, path: str, body: Any = None, **headers: str) -> str:
        """The id of what a POST made."""
        answer = self.post(path, body, **headers)
        assert answer.status_code in (200, 201), answer.text
        return str(json_of(answer)["id"])

    def raw(
        self, path: str, data: bytes, content_type: str = "application/json", *, method: str = "POST", **headers: str
    ) -> TestResponse:
        return self.app.test_client().open(
            _full(path), method=method, data=data, content_type=content_type, headers=self._headers(headers)
        )

    def sent(self, method: str, path: str, body: Any, **headers: str) -> TestResponse:
        return self.app.test_client().open(_full(path), method=method, json=body, headers=self._headers(headers))

    def _headers(self, more: dict[str, str]) -> dict[str, str]:
        named = {name.replace("_", "-"): value for name, value in more.items()}
        token = {"Authorization": f"Bearer {self.token}"} if self.token is not None else {}
        return token | self.headers | named


def json_of(answer: TestResponse) -> Any:
    """The body of an answer."""
    return answer.get_json(force=True)


def _full(path: str) -> str:
    return path if path.startswith("/api/") else f"/api/v1{path}"


@dataclass
class Running:
    """The application, what it stands on, and what was nudged."""

    app: Flask
    whole: Whole
    nudged: list[UUID] = field(default_factory=list)
    faults: dict[str, str] = field(default_factory=dict)

    @property
    def engine(self) -> Engine:
        return self.whole.engine

    @property
    def effects(self) -> Effects:
        return Effects(self.engine)

    @property
    def tree(self) -> TreeStore:
        return TreeStore(self.engine)

    def client(self, scopes: frozenset[str] = SCOPES, org: UUID | None = None) -> Client:
        """A client of a new organisation, or of one that there is."""
        org = org or self.organisation()
        _, token = issue_token(self.engine, org, label="test", scopes=scopes, now=datetime.now(UTC))
        return Client(self.app, org, token)

    def organisation(self) -> UUID:
        org = uuid4()
        create_log(self.engine, org)
        return org


def running(service_url: str) -> Iterator[Running]:
    with whole(service_url) as found:
        started = Running(Flask("none"), found)
        services = Services(
            log=found.log,
            pipeline=found.pipeline,
            queries=found.queries,
            views=found.views,
            importer=Importer(found.log, found.pipeline),
            undoer=Undoer(found.log, found.pipeline),
            reports=Reports(ReportFiles(found.engine)),
            tree=TreeStore(found.engine),
            credential_of=lambda token: credential_of(found.engine, token, datetime.now(UTC)),
            nudge=started.nudged.append,
            standing=lambda: standing(found.engine, "audit/2026-01-01"),
            checks={"database": lambda: started.faults.get("database"), "redis": lambda: started.faults.get("redis")},
            wait_seconds=0.2,
        )
        started.app = create_app(services)
        yield started


@pytest.fixture
def api(database: Database) -> Iterator[Running]:
    """The application over a database of its own."""
    yield from running(database.service_url)


@pytest.fixture(scope="module")
def shared_api(module_database: Database) -> Iterator[Running]:
    """The application over a database that the tests of one file share; each makes its own organisation."""
    yield from running(module_database.service_url)


@pytest.fixture
def client(shared_api: Running) -> Client:
    """A client of a new organisation with every scope."""
    return shared_api.client()


MakePair = Callable[..., dict[str, str]]


def make_pair(client: Client, **policy: Any) -> dict[str, str]:
    """An open programme with one mentor and one mentee enrolled: their ids."""
    programme = client.made("/programmes", {"name": "Spring", **({"policy": policy} if policy else {})})
    client.made(f"/programmes/{programme}/open")
    people = {role: client.made("/people", {"name": f"A {role}"}) for role in ("mentor", "mentee")}
    for role, person in people.items():
        client.made("/enrolments", {"programme_id": programme, "person_id": person, "role": role})
    return {"programme": programme, **people}


def make_running(client: Client) -> dict[str, str]:
    """A running relationship: its id and those of its programme, mentor and mentee."""
    pair = make_pair(client)
    body = {"programme_id": pair["programme"], "mentors": [pair["mentor"]], "mentees": [pair["mentee"]]}
    relationship = client.made("/relationships", body | {"title": "Compilers"})
    client.made(f"/relationships/{relationship}/accept")
    return pair | {"relationship": relationship}
