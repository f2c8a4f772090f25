"""Given, when, then: specifications of folds and decisions without a database.

    given("programme", CREATED).when(OpenProgramme(programme_id=P)).then(ProgrammeOpened())
    given("programme", CREATED).when(CloseProgramme(programme_id=P)).refused("programme_not_open")
    given("relationship", PROPOSED, (ACCEPTED, "2026-02-01")).state.status

States are made by the real folds; a decision sees only the streams that its command names in `reads()`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from importlib import import_module
from typing import Any

import pytest

from events.event import Event, Happened
from projections.fold import Snapshot, begin, fold_of, step
from services.errors import ServiceError
from services.world import Command, World

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
COORDINATOR = "token:coordinator"
_FIRST = NOW - timedelta(days=30)

Given = Event | tuple[Event, datetime | str] | Happened[Any]


def given(kind: str, *events: Given) -> Scenario:
    """What happened in a stream of this kind: events, or (event, when it occurred); a day as text will do.

    Events without a time occur an hour apart, the first 30 days before NOW.
    """
    return Scenario().also(kind, *events)


def by(actor: str, event: Event, at: datetime | str | None = None) -> Happened[Any]:
    """An event that a certain actor caused; `given` numbers it and puts it in its stream."""
    return Happened(stream="", stream_version=0, occurred_at=_moment(at) if at else _UNTIMED, actor=actor, data=event)


def day(text: str) -> datetime:
    """Noon (UTC) of a day, or the moment of a full ISO text."""
    return _moment(text)


@dataclass(frozen=True)
class Scenario:
    """What is the case before a command: snapshots by stream name, in the order of `given` and `also`."""

    states: dict[str, Snapshot[Any]] = field(default_factory=dict)
    first: str = ""

    def also(self, kind: str, *events: Given) -> Scenario:
        """What happened in a further stream."""
        facts = [_happened(one, number) for number, one in enumerate(events, start=1)]
        stream = f"{kind}-{_id_in(kind, [one.data for one in facts])}"
        snapshot = begin(fold_of(kind))
        for one in facts:
            one.stream = stream
            snapshot = step(fold_of(kind), snapshot, one)
        return replace(self, states={**self.states, stream: snapshot}, first=self.first or stream)

    @property
    def state(self) -> Any:
        """The state of the stream that `given` began with."""
        return self.states[self.first].state

    def when(self, command: Command, *, actor: str = COORDINATOR, now: datetime = NOW) -> Outcome:
        """The decision on the command, not yet looked at."""
        seen = {name: state for name, state in self.states.items() if name in (command.stream, *command.reads())}
        fold = fold_of(command.KIND)
        before = seen.get(command.stream, begin(fold))
        world = World(now=now, actor=actor, states=seen)
        decide: Callable[[Command, Any, World], list[Event]] = import_module(command.__module__).decide
        return Outcome(command, before, world, lambda: decide(command, before.state, world))


@dataclass(frozen=True)
class Outcome:
    """What a decision comes to."""

    command: Command
    before: Snapshot[Any]
    world: World
    decide: Callable[[], list[Event]]

    def then(self, *events: Event) -> Any:
        """Demand exactly these events (none: it is so already) and answer the state after them."""
        decided = self.decide()
        assert list(events) == decided
        return self._after(decided)

    def refused(self, code: str) -> ServiceError:
        """Demand a refusal of this code, with a sentence, and answer it."""
        with pytest.raises(ServiceError) as caught:
            self.decide()
        assert code == caught.value.code
        assert caught.value.message.strip().endswith((".", "?"))
        return caught.value

    @property
    def state(self) -> Any:
        """The state after whatever was decided."""
        return self._after(self.decide())

    def _after(self, decided: list[Event]) -> Any:
        snapshot = self.before
        at = getattr(self.command, "occurred_at", None) or self.world.now
        for data in decided:
            happened = Happened(
                stream=self.command.stream,
                stream_version=snapshot.version + 1,
                occurred_at=at,
                actor=self.world.actor,
                data=data,
            )
            snapshot = step(fold_of(self.command.KIND), snapshot, happened)
        return snapshot.state


_UNTIMED = datetime.min.replace(tzinfo=UTC)


def _moment(at: datetime | str) -> datetime:
    if isinstance(at, datetime):
        return at
    moment = datetime.fromisoformat(at)
    return moment if moment.tzinfo else moment.replace(hour=moment.hour or 12, tzinfo=UTC)


def _happened(one: Given, number: int) -> Happened[Any]:
    usual = _FIRST + timedelta(hours=number)
    if isinstance(one, Happened):
        at = usual if one.occurred_at == _UNTIMED else one.occurred_at
        return Happened(
            stream="", stream_version=number, occurred_at=at, actor=one.actor, cause=one.cause, data=one.data
        )
    data, moment = one if isinstance(one, tuple) else (one, usual)
    return Happened(stream="", stream_version=number, occurred_at=_moment(moment), actor=COORDINATOR, data=data)


def _id_in(kind: str, events: list[Event]) -> str:
    """The id that one of the events names; a stream without such an event is called after its kind alone."""
    named = (getattr(event, f"{kind}_id", None) for event in events)
    return next((id_ for id_ in named if id_ is not None), kind)
