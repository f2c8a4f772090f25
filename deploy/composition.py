"""Where the parts meet: what the API, the workers and the commands are made of."""

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Engine, event

from events.log import Log
from events.tenancy import APPLICATION, make_engine
from services.pipeline import Pipeline

COMMAND = f"{APPLICATION} command"
"""What the connections of a command are called."""


@dataclass(frozen=True)
class Core:
    """The log, the way into it, and the engine below both."""

    engine: Engine
    log: Log
    pipeline: Pipeline


def compose(
    service_url: str, *, pool_size: int = 5, statement_timeout: int | None = None, application: str = APPLICATION
) -> Core:
    """Put the parts together for one process; not to be carried over a fork.

    `statement_timeout` in seconds: for requests, that nobody waits for any more; long work has none.
    """
    engine = make_engine(service_url, pool_size=pool_size, application=application)
    if statement_timeout is not None:
        _limit(engine, statement_timeout)
    log = Log(engine)
    return Core(engine, log, Pipeline(log))


@contextmanager
def composed(service_url: str) -> Generator[Core]:
    """The parts for one command; connections are closed at the end."""
    core = compose(service_url, application=COMMAND)
    try:
        yield core
    finally:
        core.engine.dispose()


def _limit(engine: Engine, seconds: int) -> None:
    # Set on the connection and not in its address: poolers refuse addresses with options.
    @event.listens_for(engine, "connect")
    def limit(connection: Any, record: object) -> None:
        connection.execute(f"SET statement_timeout = {seconds * 1000:d}")
        connection.commit()
