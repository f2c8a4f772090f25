"""Appends: one event with row-level security, leaf hash and live view, by one client, by many, ten at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime
from uuid import UUID, uuid4

from sqlalchemy import Engine

from deploy.bench.checkpointer import PAUSE, checkpointing
from deploy.bench.ground import Ground, organisation
from deploy.bench.rounds import Contestant, rates
from deploy.bench.table import Line
from deploy.bench.yardsticks import NOTE, TOO_LONG, EventSourcing, RawInserts, beginning
from events.append import Append, Draft, Write
from events.event import Event, Happened
from events.log import Log
from events.subjects.goal import GoalProgressed, GoalSet
from projections.fold import Snapshot, begin, fold_of, run
from projections.live import claims_between, live_row
from projections.subjects.relationship import RelationshipState
from services.decisions.goal import ProgressGoal
from services.pipeline import Fact, Pipeline

MANY, ORGANISATIONS = 16, 50
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


class Commands:
    """What a command is in the service: load the live state, decide, fold, append; relationships as in `Appends`."""

    def __init__(self, engine: Engine, orgs: Sequence[UUID], clients: int, events: int = 1) -> None:
        self._pipeline = Pipeline(Log(engine))
        self._orgs = orgs
        self._events = events
        self._at = {(client, org): (self._start(org), 0) for client in range(clients) for org in orgs}

    def __call__(self, client: int, number: int) -> None:
        """Say how far a goal is; several events at once are told as facts, there being no such command."""
        org = self._orgs[(client * 7 + number) % len(self._orgs)]
        relationship, times = self._at[client, org]
        if times == TOO_LONG:
            relationship, times = self._start(org), 0
        self._at[client, org] = relationship, times + 1
        percent = number % 100
        if self._events == 1:
            command = ProgressGoal(relationship_id=relationship, goal_id="goal", percent=percent, note=NOTE)
            self._pipeline.handle(org, command, actor="token:bench")
        else:
            progressed = GoalProgressed(goal_id="goal", percent=percent, note=NOTE)
            self._record(org, relationship, [progressed] * self._events)

    def _start(self, org: UUID) -> str:
        relationship = str(uuid4())
        goal = GoalSet(goal_id="goal", specific="Measure every claim", measurable="A table of ratios")
        self._record(org, relationship, [beginning(relationship), goal])
        return relationship

    def _record(self, org: UUID, relationship: str, events: Sequence[Event]) -> None:
        stream, now = f"relationship-{relationship}", datetime.now(UTC)
        facts = [Fact(stream=stream, data=one, occurred_at=now) for one in events]
        self._pipeline.record(org, facts, actor="token:bench")


def measure(ground: Ground, seconds: float) -> list[Line]:
    """The comparisons of the four ways to append, and of whole commands."""
    engine = ground.engine()
    try:
        single = [organisation(engine)]
        many = [organisation(engine) for _ in range(ORGANISATIONS)]
        return [
            *_one_client(ground, engine, single, seconds),
            *_many_clients(ground, engine, single, many, seconds),
            _ten_events(ground, engine, single, seconds),
            _signed(ground, engine, seconds),
            *_commands(ground, engine, single, many, seconds),
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


def _signed(ground: Ground, engine: Engine, seconds: float) -> Line:
    """Two logs alike, of which one is signed all the time by another process."""
    plain, signed = [organisation(engine)], [organisation(engine)]
    contestants: list[Contestant] = [(Appends(engine, signed, 1), 1), (Appends(engine, plain, 1), 1)]
    with checkpointing(ground, *signed):
        ours, without = rates(contestants, seconds)
    what = f"append, 1 client, a checkpoint every {PAUSE} s"
    return Line(what=what, ours=ours, yardstick="ours, unsigned", theirs=without, unit="appends/s", target=0.9)


def _commands(
    ground: Ground, engine: Engine, single: Sequence[UUID], many: Sequence[UUID], seconds: float
) -> Iterator[Line]:
    """Both sides as a service uses them: no state is held between two commands."""
    for clients, orgs, events, target in ((1, single, 1, 2.2), (MANY, many, 1, 4.0), (1, single, 10, 2.2)):
        with closing(EventSourcing(ground, clients, events)) as application:
            ours, library = rates(
                [(Commands(engine, orgs, clients, events), clients), (application.command, clients)], seconds
            )
        what = f"load, decide, append {events}: clients {clients}, organisations {len(orgs)}"
        yardstick = "eventsourcing get, save"
        yield Line(what=what, ours=ours, yardstick=yardstick, theirs=library, unit="commands/s", target=target)
