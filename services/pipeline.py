"""From a command to its events in the log: load, decide, fold, append; one round trip before the decision, one after.

A decision is taken against the loaded states and stored only if its stream is still at the version it was taken
against; if another change came first it is taken again, unless the caller named the version (`expected`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from importlib import import_module
from itertools import chain, takewhile
from typing import Any
from uuid import UUID

import msgspec

from events.append import Append, Appended, Draft, Write, digest_of
from events.errors import ClaimTaken, CommandReused, VersionConflict
from events.event import Event, Happened
from events.log import Log
from events.subjects.batch import Undone
from projections.fold import Fold, Snapshot, fold_of, run
from projections.live import Limits, Live, claims_between, kind_of, live_row
from services.errors import Refused
from services.limits import limits_of, refusal_of, streams_behind
from services.world import Command, World

ATTEMPTS = 8
FUTURE_TOLERANCE = timedelta(seconds=5)

Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """An event that is known to have happened and is taken over as it is (an import)."""

    stream: str
    data: Event
    occurred_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a write tells its caller; stream_version is the version of the stream after it."""

    id: str
    stream: str
    stream_version: int
    first_position: int
    last_position: int
    events: int
    repeated: bool


def now_utc() -> datetime:
    """The service's clock."""
    return datetime.now(UTC)


@cache
def decision_of(command: type[Command]) -> Callable[[Command, Any, World], list[Event]]:
    """The `decide` of the module in which the command's class stands."""
    found: Callable[[Command, Any, World], list[Event]] = import_module(command.__module__).decide
    return found


class Pipeline:
    """Handles commands and records facts, one organisation at a time."""

    def __init__(self, log: Log, clock: Clock = now_utc) -> None:
        self._log = log
        self._live = Live(log)
        self._clock = clock

    def handle(
        self,
        org: UUID,
        command: Command,
        *,
        actor: str,
        key: str | None = None,
        expected: int | None = None,
        on_behalf_of: str | None = None,
        cause: str | None = None,
    ) -> Answer:
        """Decide and store. key: idempotency key; expected: the version the caller saw of the command's stream.

        cause: what made it, where it was not a person (`reminder:<key>`).
        Raises Refused, and what `Log.append` raises.
        """
        for _ in range(ATTEMPTS - 1):
            try:
                return self._attempt(org, command, actor, key, expected, on_behalf_of, cause)
            except VersionConflict:
                if expected is not None:
                    raise
        return self._attempt(org, command, actor, key, expected, on_behalf_of, cause)

    def record(
        self,
        org: UUID,
        facts: Sequence[Fact],
        *,
        actor: str,
        cause: str | None = None,
        expected: dict[str, int] | None = None,
        key: str | None = None,
        digest: bytes = b"",
    ) -> Appended:
        """Store facts of any number of streams in one transaction, folded into their live states.

        expected: versions that streams must still have. Raises what `Log.append` raises.
        """
        by_stream: dict[str, list[Fact]] = {}
        for fact in facts:
            by_stream.setdefault(fact.stream, []).append(fact)
        snapshots, _, _ = self._live.load(org, list(by_stream))
        writes = tuple(
            _write(group, snapshots[stream], self._after(org, snapshots[stream], group, actor, cause), {}, stream)
            for stream, group in by_stream.items()
        )
        for stream, version in (expected or {}).items():
            if snapshots[stream].version != version:
                raise VersionConflict(f"{stream} has changed.", stream=stream, current=snapshots[stream].version)
        append = Append(writes=writes, actor=actor, now=self._clock(), cause=cause, command=key, digest=digest)
        return self._log.append(org, append)

    def _attempt(
        self,
        org: UUID,
        command: Command,
        actor: str,
        key: str | None,
        expected: int | None,
        behalf: str | None,
        cause: str | None,
    ) -> Answer:
        digest = digest_of(msgspec.json.encode([type(command).__name__, command])) if key else b""
        stream = command.stream
        snapshots, answered, known_digest = self._live.load(org, (stream, *command.reads()), key)
        now = self._clock()  # read after the load: what others did until then lies before it
        if answered is not None:
            if known_digest != digest:
                raise CommandReused("This Idempotency-Key was used for another request; take a new one.", key=key)
            return _answer(command, answered, snapshots[stream].version)
        current = snapshots[stream]
        if expected is not None and current.version != expected:
            raise VersionConflict(
                f"{stream} is at version {current.version}, not {expected}. Read it again and decide anew.",
                stream=stream,
                current=current.version,
            )
        world = World(now=now, actor=actor, states=snapshots)
        decided = decision_of(type(command))(command, current.state, world)
        occurred_at = _occurred_at(command, now)  # after the decision, whose own refusal of a time says more
        if not decided and key is None:
            return _answer(command, _nothing(current), current.version)
        facts = [Fact(stream=stream, data=data, occurred_at=occurred_at) for data in decided]
        after = self._after(org, current, facts, actor, cause, behalf)
        limits, guards = self._limits(org, fold_of(command.KIND), current, after)
        writes = (_write(facts, current, after, limits, stream), *guards)
        append = Append(
            writes=writes, actor=actor, now=now, on_behalf_of=behalf, cause=cause, command=key, digest=digest
        )
        try:
            return _answer(command, self._log.append(org, append), current.version)
        except ClaimTaken as taken:
            raise refusal_of(taken) from taken

    def _after(
        self,
        org: UUID,
        before: Snapshot[Any],
        facts: Sequence[Fact],
        actor: str,
        cause: str | None,
        behalf: str | None = None,
    ) -> Snapshot[Any]:
        """The snapshot after facts of one stream; from its first event where they take a batch back."""
        if not facts:
            return before
        stream = facts[0].stream
        fold, happened = fold_of(kind_of(stream)), _happened(before.version, facts, actor, cause, behalf)
        if not any(isinstance(fact.data, Undone) for fact in facts):
            return run(fold, happened, before)
        seen = takewhile(lambda one: one.stream_version <= before.version, self._log.read_stream(org, stream))
        return run(fold, chain(seen, happened))

    def _limits(
        self, org: UUID, fold: Fold[Any], before: Snapshot[Any], after: Snapshot[Any]
    ) -> tuple[Limits, tuple[Write, ...]]:
        """The limits of the scopes to be taken, and writes that hold the streams behind them at their versions."""
        scopes = fold.claims(after.state) - fold.claims(before.state)
        behind = streams_behind(org, scopes)
        states = self._live.load(org, behind)[0] if behind else {}
        guards = tuple(Write(stream=name, drafts=(), expected=states[name].version) for name in behind)
        return limits_of(org, scopes, states), guards


def _happened(
    version: int, facts: Sequence[Fact], actor: str, cause: str | None, behalf: str | None
) -> Iterator[Happened[Any]]:
    for number, fact in enumerate(facts, start=version + 1):
        yield Happened(
            stream=fact.stream, stream_version=number, occurred_at=fact.occurred_at, actor=actor,
            on_behalf_of=behalf, cause=cause, data=fact.data,
        )  # fmt: skip  # one line per meaning


def _write(facts: Sequence[Fact], before: Snapshot[Any], after: Snapshot[Any], limits: Limits, stream: str) -> Write:
    fold = fold_of(kind_of(stream))
    return Write(
        stream=stream,
        drafts=tuple(Draft(data=fact.data, occurred_at=fact.occurred_at) for fact in facts),
        expected=before.version,
        live=live_row(fold, after) if facts else None,
        claims=claims_between(fold, before, after, limits),
    )


def _occurred_at(command: Command, now: datetime) -> datetime:
    moment: datetime | None = getattr(command, "occurred_at", None)
    if moment is None:
        return now
    if moment > now + FUTURE_TOLERANCE:
        raise Refused(
            "in_future",
            "occurred_at lies in the future; record it when it has happened.",
            occurred_at=str(moment),
        )
    return min(moment, now)


def _nothing(current: Snapshot[Any]) -> Appended:
    return Appended(first_position=0, last_position=-1, stream_version=current.version)


def _answer(command: Command, appended: Appended, version: int) -> Answer:
    return Answer(
        id=command.target,
        stream=command.stream,
        stream_version=version if appended.stream_version is None else appended.stream_version,
        first_position=appended.first_position,
        last_position=appended.last_position,
        events=appended.last_position - appended.first_position + 1,
        repeated=appended.repeated,
    )
