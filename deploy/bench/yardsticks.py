"""What we are measured against: single-row inserts straight through the driver, and the `eventsourcing` library."""

from __future__ import annotations

import os
from functools import cache
from importlib import import_module
from typing import Any
from uuid import uuid4

from deploy.bench.ground import DATABASE, Ground
from deploy.errors import DeployError
from events.subjects.relationship import Registered

RECORD = b"x" * 560
NOTE = "x" * 180
TOO_LONG = 40  # appends to one relationship, or aggregate, before another is taken


def beginning(relationship: str) -> Registered:
    """The first event of a relationship between two people."""
    return Registered(
        relationship_id=relationship,
        programme_id=str(uuid4()),
        mentors=(str(uuid4()),),
        mentees=(str(uuid4()),),
        title="Learn to measure",
    )


class RawInserts:
    """One row of the size of a record, one commit, a prepared statement, a connection per client."""

    def __init__(self, ground: Ground, clients: int) -> None:
        with ground.raw(admin=True) as admin:
            admin.execute(
                "CREATE TABLE IF NOT EXISTS raw (org uuid, position bigint, record bytea, PRIMARY KEY (org, position))"
            )
            admin.execute("GRANT ALL ON raw TO PUBLIC")
        self._orgs = [uuid4() for _ in range(clients)]
        self._connections = [ground.raw() for _ in range(clients)]

    def __call__(self, client: int, number: int) -> None:
        """Insert one row."""
        self._connections[client].execute(
            "INSERT INTO raw VALUES (%b, %b, %b)", (self._orgs[client], number, RECORD), prepare=True
        )

    def close(self) -> None:
        """Close the connections."""
        for connection in self._connections:
            connection.close()


class EventSourcing:
    """An aggregate of the library, held in memory by each client and saved with so many events of the same data."""

    # No snapshots and no cache of aggregates: the library's defaults.

    def __init__(self, ground: Ground, clients: int, events: int = 1) -> None:
        self._events = events
        self._application = _application(ground, clients)
        aggregate = _aggregate()
        self._aggregates = [aggregate() for _ in range(clients)]
        for one in self._aggregates:
            self._application.save(one)

    def __call__(self, client: int, number: int) -> None:
        """Trigger the events and save them."""
        aggregate = self._aggregates[client]
        for _ in range(self._events):
            aggregate.progress(goal_id=str(aggregate.id), percent=number % 100, note=NOTE)
        self._application.save(aggregate)

    def command(self, client: int, number: int) -> None:
        """What a command is in the library: get the aggregate from its events, trigger its events, save."""
        if number % TOO_LONG == 0:
            self._aggregates[client] = _aggregate()()
            self._application.save(self._aggregates[client])
        aggregate = self._application.repository.get(self._aggregates[client].id)
        for _ in range(self._events):
            aggregate.progress(goal_id=str(aggregate.id), percent=number % 100, note=NOTE)
        self._application.save(aggregate)

    def close(self) -> None:
        """Close the application's connections."""
        self._application.close()


def _application(ground: Ground, clients: int) -> Any:
    try:
        application = import_module("eventsourcing.application").Application
    except ImportError as error:
        raise DeployError(
            "no_yardstick", "The yardstick is not installed: .venv/bin/pip install 'mentorledger[bench]'."
        ) from error
    with ground.raw(admin=True) as admin:
        admin.execute("CREATE SCHEMA IF NOT EXISTS yardstick")
    environment = {
        "PERSISTENCE_MODULE": "eventsourcing.postgres",
        "POSTGRES_DBNAME": DATABASE,
        "POSTGRES_HOST": str(ground.admin.host),
        "POSTGRES_PORT": str(ground.admin.port),
        "POSTGRES_USER": str(ground.admin.username),
        "POSTGRES_PASSWORD": str(ground.admin.password),
        "POSTGRES_SCHEMA": "yardstick",
        "POSTGRES_POOL_SIZE": str(clients),
        "POSTGRES_MAX_OVERFLOW": str(clients),
    }
    return application(env={**os.environ, **environment})


@cache
def _aggregate() -> Any:
    domain = import_module("eventsourcing.domain")

    class Relationship(domain.Aggregate):  # type: ignore[misc,name-defined]  # found when it runs
        """Progress on a goal, nothing else."""

        @domain.event("Progressed")  # type: ignore[untyped-decorator]  # as above
        def progress(self, goal_id: str, percent: int, note: str) -> None:
            """Take the progress in."""
            self.last = (goal_id, percent, note)

    return Relationship
