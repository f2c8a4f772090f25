"""A log with everything above it, over a test's own database; and the shapes that tests of it share."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID, uuid4

from sqlalchemy import Engine, make_url

from events.log import Log
from events.organisations import create_log
from events.tenancy import make_engine
from projections.engine import Views
from projections.queries import Queries
from services.pipeline import Pipeline


@dataclass(frozen=True)
class Whole:
    """The engine and what stands on it, as the composition root puts it together."""

    engine: Engine
    log: Log
    pipeline: Pipeline
    queries: Queries
    views: Views

    def organisation(self) -> UUID:
        """A new organisation with an empty log."""
        org = uuid4()
        create_log(self.engine, org)
        return org


@contextmanager
def whole(service_url: str) -> Iterator[Whole]:
    """Everything over one database; connections are closed at the end."""
    engine = make_engine(make_url(service_url).render_as_string(hide_password=False), pool_size=20)
    log = Log(engine)
    try:
        yield Whole(engine, log, Pipeline(log), Queries(engine, log), Views(engine))
    finally:
        engine.dispose()


def at(text: str) -> datetime:
    """A moment from ISO text, UTC unless it says otherwise."""
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
