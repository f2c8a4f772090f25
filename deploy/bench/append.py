"""Appends: one event with row-level security, leaf hash and live view, by one client, by many, ten at once."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime
from uuid import UUID, uuid4

from sqlalchemy import Engine

from deploy.bench.ground import Ground, organisation
from deploy.bench.rounds import Contestant, rates
from deploy.bench.table import Line
from deploy.bench.yardsticks import NOTE, EventSourcing, RawInserts, beginning
from events.append import Append, Draft, Write
from events.event import Event, Happened
from events.log import Log
from events.subjects.goal import GoalProgressed, GoalSet
from projections.fold import Snapshot, begin, fold_of, run
from projections.live import claims_between, live_row
from projections.subjects.relationship import RelationshipState

MANY, ORGANISATIONS = 16, 50
TOO_LONG = 40  # progress notes on one goal before another relationship is taken

FOLD = fold_of("relationship")


class Appends:
    """Each client works on relationships of its own and holds their states, as aggregates are held in memory."""

    def __init__(self, engine: Engine, orgs: Sequence[UUID], clients: int, events: int = 1) -> None:
        self._log = Log(engine)
        self._orgs = orgs
        self._events = events
        self._held: dict[tuple[int, UUID], tuple[str, Snapshot[RelationshipState]]] = {}
        for client in range(clients):
            for org in orgs:
                self._start(client, org)

    def __call__(self, client: int, number: int) -> None:
        """Append the events to the client's relationship of one organisation, the next one each time."""
        org = self._orgs[(client * 7 + number) % len(self._orgs)]
        stream, before = self._held[client, org]
        if before.version > TOO_LONG * self._events:
            self._start(client, org)
            stream, before = self._held[client, org]
        progressed = GoalProgressed(goal_id="goal", percent=number % 100, note=NOTE)
        self._held[client, org] = (stream, self._append(org, stream, before, [progressed] * self._events))

    def _start(self, client: int, org: UUID) -> None:
        relationship = str(uuid4())
        first = beginning(relationship)
        stream = f"relationship-{relationship}"
        events = [first, GoalSet(goal_id="goal", specific="Measure every claim", measurable="A table of ratios")]
        self._held[client, org] = (stream, self._append(org, stream, begin(FOLD), events))

    def _append(
        self, org: UUID, stream: str, before: Snapshot[RelationshipState], events: Sequence[Event]
    ) -> Snapshot[RelationshipState]:
        now = datetime.now(UTC)
        happened = [
            Happened(stream=stream, stream_version=before.version + at, occurred_at=now, actor="token:bench", data=one)
            for at, one in enumerate(events, start=1)
        ]
        after = run(FOLD, happened, before)
        write = Write(
            stream=stream,
            drafts=tuple(Draft(data=one, occurred_at=now) for one in events),
            expected=before.version,
            live=live_row(FOLD, after),
            claims=claims_between(FOLD, before, after, {}),
        )
        self._log.append(org, Append(writes=(write,), actor="token:bench", now=now))
        return after


def measure(ground: Ground, seconds: float) -> list[Line]:
    """The comparisons of the four ways to append."""
    engine = ground.engine()
    try:
        single = [organisation(engine)]
        many = [organisation(engine) for _ in range(ORGANISATIONS)]
        return [
            *_one_client(ground, engine, single, seconds),
            *_many_clients(ground, engine, single, many, seconds),
            _ten_events(ground, engine, single, seconds),
        ]
    finally:
        engine.dispose()


def _one_client(ground: Ground, engine: Engine, orgs: Sequence[UUID], seconds: float) -> list[Line]:
    with closing(RawInserts(ground, 1)) as inserts, closing(EventSourcing(ground, 1)) as application:
        ours, raw, library = rates([(Appends(engine, orgs, 1), 1), (inserts, 1), (application, 1)], seconds)
    what = "append, 1 client"
    return [
        Line(what=what, ours=ours, yardstick="raw INSERT", theirs=raw, unit="appends/s", target=0.35),
        Line(what=what, ours=ours, yardstick="eventsourcing", theirs=library, unit="appends/s", target=2.2),
    ]


def _many_clients(
    ground: Ground, engine: Engine, single: Sequence[UUID], many: Sequence[UUID], seconds: float
) -> list[Line]:
    with closing(RawInserts(ground, MANY)) as inserts, closing(EventSourcing(ground, MANY)) as application:
        contestants: list[Contestant] = [
            (Appends(engine, many, MANY), MANY),
            (Appends(engine, single, MANY), MANY),
            (Appends(engine, single, 1), 1),
            (inserts, MANY),
            (application, MANY),
        ]
        spread, crowded, alone, raw, library = rates(contestants, seconds)
    unit = "appends/s"
    over, on = f"append, {MANY} clients, {ORGANISATIONS} organisations", f"append, {MANY} clients, 1 organisation"
    return [
        Line(what=over, ours=spread, yardstick="eventsourcing", theirs=library, unit=unit, target=4.0),
        Line(what=over, ours=spread, yardstick="raw INSERT", theirs=raw, unit=unit),
        Line(what=on, ours=crowded, yardstick="ours, 1 client", theirs=alone, unit=unit, target=1.0),
    ]


def _ten_events(ground: Ground, engine: Engine, orgs: Sequence[UUID], seconds: float) -> Line:
    with closing(EventSourcing(ground, 1, events=10)) as application:
        ours, library = rates([(Appends(engine, orgs, 1, events=10), 1), (application, 1)], seconds)
    what = "append of 10 events, 1 client"
    return Line(what=what, ours=ours, yardstick="eventsourcing", theirs=library, unit="appends/s", target=2.2)
