"""One fold, three ways to run it: live in the append, rebuild over the whole log, replay in memory.

A subject's file in `projections/subjects/` holds its state, its pure `evolve(state, happened) -> state` and one
`FOLD`. What every stream shares stands here: counting versions, and taking back a batch as a whole.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import Any, Generic, TypeVar

import msgspec

from events.event import Happened
from events.subjects.batch import Undone
from events.subjects.reminder import ReminderFailed, ReminderSent, ReminderSuppressed

S = TypeVar("S", bound=msgspec.Struct)

BATCH = "import:"
_REMINDERS = (ReminderSent, ReminderSuppressed, ReminderFailed)


class Card(msgspec.Struct, frozen=True, kw_only=True):
    """What a list or a look-up needs of a state: columns beside the sealed state of a live row.

    scope is the programme's id; status is empty while the stream holds nothing that counts (never begun, or undone);
    label is what the list is sorted and searched by; members are person ids.
    """

    scope: str | None = None
    status: str = ""
    label: str = ""
    members: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Fold(Generic[S]):
    """A subject's fold: bump `version` whenever evolve or the state's shape changes.

    claims are the scopes that a state occupies across streams (a mentor's seat, a pair's pending request, an
    address), see `events.log`.
    """

    kind: str
    version: int
    state: type[S]
    initial: S
    evolve: Callable[[S, Happened[Any]], S]
    card: Callable[[S], Card]
    claims: Callable[[S], frozenset[str]] = lambda _state: frozenset()


class Snapshot(msgspec.Struct, Generic[S], frozen=True, kw_only=True, omit_defaults=True):
    """A state at a stream version, with what is needed to take back the batch that touched it last."""

    state: S
    version: int = 0
    batch: str | None = None
    before: S | None = None


class CannotUndo(Exception):
    """A batch can be taken back from a stream only while nothing but reminders came after it."""

    code = "batch_not_last"


@cache
def fold_of(kind: str) -> Fold[Any]:
    """The fold of a stream kind: the one that the subject of the same name declares."""
    found: Fold[Any] = import_module(f"projections.subjects.{kind}").FOLD
    return found


def begin(fold: Fold[S]) -> Snapshot[S]:
    """The snapshot of a stream that has no event yet."""
    return Snapshot(state=fold.initial)


def step(fold: Fold[S], snapshot: Snapshot[S], happened: Happened[Any]) -> Snapshot[S]:
    """The snapshot after one more event."""
    return run(fold, (happened,), snapshot)


def run(fold: Fold[S], happened: Iterable[Happened[Any]], start: Snapshot[S] | None = None) -> Snapshot[S]:
    """The snapshot after all the events, from `start` or from nothing; raises CannotUndo."""
    snapshot = start or begin(fold)
    evolve = fold.evolve
    state, version, batch, before = snapshot.state, snapshot.version, snapshot.batch, snapshot.before
    for one in happened:
        version = one.stream_version
        if isinstance(one.data, Undone):
            state, batch, before = _undo(batch, before, one.data.batch_id), None, None
            continue
        cause = one.cause
        if cause is not None and cause.startswith(BATCH):
            if batch != cause[len(BATCH) :]:
                batch, before = cause[len(BATCH) :], state
        elif batch is not None and not isinstance(one.data, _REMINDERS):
            batch, before = None, None
        state = evolve(state, one)
    return Snapshot(state=state, version=version, batch=batch, before=before)


def _undo(batch: str | None, before: S | None, undone: str) -> S:
    if batch != undone or before is None:
        raise CannotUndo(f"batch {undone} is not what touched this stream last")
    return before
