"""A relationship of 500 events as of a moment, beside the bare read of its records."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import uuid4

from deploy.bench.ground import Ground, organisation
from deploy.bench.rounds import milliseconds
from deploy.bench.table import Line
from deploy.bench.yardsticks import NOTE, beginning
from events.event import Event
from events.log import Log
from events.subjects.goal import GoalProgressed, GoalSet
from events.subjects.session import Commitment, Grow, SessionHeld
from projections.replay import replay
from services.pipeline import Fact, Pipeline

EVENTS, WANTED_MS = 500, 10.0
_ROUNDS_PER_SECOND = 20


def measure(ground: Ground, seconds: float) -> list[Line]:
    """Milliseconds of a replay to the middle of its life."""
    engine = ground.engine()
    try:
        org, relationship, log = organisation(engine), str(uuid4()), Log(engine)
        stream, now = f"relationship-{relationship}", datetime.now(UTC)
        first = now - timedelta(days=EVENTS + 1)
        moments = [first + timedelta(days=day) for day in range(EVENTS)]
        facts = [
            Fact(stream=stream, data=_event(relationship, day, at), occurred_at=at) for day, at in enumerate(moments)
        ]
        Pipeline(log).record(org, facts, actor="operator:bench")
        with ground.raw(admin=True) as raw:
            query = "SELECT record FROM events WHERE org_id = %s AND stream = %s ORDER BY stream_version"
            ours, bare = milliseconds(
                [
                    lambda: _as_of(log, org, stream, moments[EVENTS // 2]),
                    lambda: _bare(raw.execute(query, (org, stream)).fetchall()),
                ],
                times=max(int(seconds * _ROUNDS_PER_SECOND), 5),
            )
    finally:
        engine.dispose()
    what = f"as_of, a relationship of {EVENTS} events"
    return [
        Line(what=what, ours=ours, yardstick="wanted", theirs=WANTED_MS, unit="ms", target=1.0, at_most=True),
        Line(what=what, ours=ours, yardstick="bare read", theirs=bare, unit="ms"),
    ]


def _as_of(log: Log, org: object, stream: str, moment: datetime) -> None:
    found = replay(log, org, stream, as_of=moment)  # type: ignore[arg-type]  # an id made above
    assert len(found.events) == EVENTS // 2 + 1


def _bare(rows: list[tuple[bytes]]) -> None:
    assert len(rows) == EVENTS


def _event(relationship: str, day: int, at: datetime) -> Event:
    """The day's event: a beginning, then goals, progress and sessions by turns."""
    if day == 0:
        return beginning(relationship)
    match day % 5:
        case 1:
            return GoalSet(goal_id=f"goal-{day // 50}", specific=NOTE, measurable="A number")
        case 2:
            promise = Commitment(commitment_id=f"promise-{day}", owner="mentee", text=NOTE, due_on=at.date())
            notes = Grow(goal=NOTE, reality=NOTE, options=NOTE, way_forward=NOTE)
            end = at + timedelta(minutes=45)
            return SessionHeld(
                session_id=f"session-{day}", started_at=at, ended_at=end, notes=notes, commitments=(promise,)
            )
        case _:
            return GoalProgressed(goal_id=f"goal-{day // 50}", percent=day % 100, note=NOTE)
