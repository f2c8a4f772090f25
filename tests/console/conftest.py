"""The pages over a real database: an organisation with a life in it, and somebody who is signed in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from events.event import Event
from events.organisations import create_log, issue_token
from services.console.blueprint import console_blueprint
from services.console.signing import COOKIE
from services.pipeline import Fact
from services.web.app import create_app
from services.web.parts import Services
from services.web.subject import EXTENSION
from tests.conftest import Database
from tests.core import Whole
from tests.web.conftest import Running, running

READ = frozenset({"read"})


@dataclass(frozen=True)
class Site:
    """The application with the pages, and what it stands on."""

    app: Flask
    whole: Whole

    def token(self, org: UUID, scopes: frozenset[str] = READ) -> str:
        """A token that opens an organisation."""
        return issue_token(self.whole.engine, org, label="test", scopes=scopes, now=datetime.now(UTC))[1]

    def visitor(self, org: UUID, scopes: frozenset[str] = READ) -> Visitor:
        """Somebody who is signed in for an organisation."""
        client = self.app.test_client()
        client.set_cookie(COOKIE, self.token(org, scopes))
        return Visitor(client)

    def record(self, org: UUID, stream: str, facts: Iterable[tuple[datetime, Event]]) -> None:
        """Write down what happened in a stream, and bring the views up to date."""
        told = [Fact(stream=stream, data=data, occurred_at=at) for at, data in facts]
        self.whole.pipeline.record(org, told, actor="operator:test")
        self.whole.views.catch_up(org)


@dataclass(frozen=True)
class Visitor:
    """Asks for pages."""

    client: FlaskClient

    def get(self, path: str, **query: str) -> TestResponse:
        """A page, as a browser asks for it."""
        return self.client.get(path, query_string=query or None, headers={"Accept": "text/html"})

    def text(self, path: str, **query: str) -> str:
        """A page's text, which must be there."""
        answer = self.get(path, **query)
        assert 200 == answer.status_code, answer.text
        return answer.text


@pytest.fixture(scope="module")
def site(module_database: Database) -> Iterator[Site]:
    """The application over a database that the tests of one file share; each makes its own organisation."""
    for started in running(module_database.service_url):
        yield Site(with_pages(started), started.whole)


def with_pages(started: Running) -> Flask:
    """The same application with the pages."""
    services: Services = started.app.extensions[EXTENSION][0]
    return create_app(services, console=console_blueprint(services))


@pytest.fixture
def org(site: Site) -> UUID:
    """A new organisation."""
    return _organisation(site)


@pytest.fixture
def other_org(site: Site) -> UUID:
    """Another new organisation."""
    return _organisation(site)


def _organisation(site: Site) -> UUID:
    org = uuid4()
    create_log(site.whole.engine, org)
    return org
