"""One fold, three ways to run it: live in the append, rebuild over the whole log, replay in memory.

A subject's file in `projections/subjects/` holds its state, its pure `evolve(state, happened) -> state` and one
`FOLD`. What every stream shares stands here: counting versions, and taking back a batch as a whole.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
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


class Layer(msgspec.Struct, frozen=True, array_like=True):
    """A batch that can be taken back from a stream, and the stream's version before the batch's first event."""

    batch: str
    since: int


class Snapshot(msgspec.Struct, Generic[S], frozen=True, kw_only=True, omit_defaults=True):
    """A state at a stream version, with the batches that can be taken back from it, one after the other, last first.

    A layer names a version and holds no state: what stood there follows from the events up to it. So a stream that
    many imports touch in turn grows by one id and one number with each, and by nothing once something else happens.
    """

    state: S
    version: int = 0
    layers: tuple[Layer, ...] = ()


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
    """The snapshot after one more event, which is no Undone."""
    return run(fold, (happened,), snapshot)


def run(fold: Fold[S], happened: Iterable[Happened[Any]], start: Snapshot[S] | None = None) -> Snapshot[S]:
    """The snapshot after all the events, from `start` or from nothing; raises CannotUndo.

    Whatever takes a batch back needs that batch's own events among these: `start` does not hold what was before.
    """
    last = start or begin(fold)
    for snapshot in each(fold, happened, last):
        last = snapshot
    return last


def each(fold: Fold[S], happened: Iterable[Happened[Any]], start: Snapshot[S] | None = None) -> Iterator[Snapshot[S]]:
    """The snapshot after each event; see `run`."""
    snapshot = start or begin(fold)
    earlier: dict[int, S] = {}
    for one in happened:
        if isinstance(one.data, Undone):
            state, layers = _undo(snapshot.layers, earlier, one.data.batch_id)
        else:
            layers = _layers(snapshot, one)
            if len(layers) > len(snapshot.layers):
                earlier[snapshot.version] = snapshot.state
            state = fold.evolve(snapshot.state, one)
        snapshot = Snapshot(state=state, version=one.stream_version, layers=layers)
        yield snapshot


def _layers(snapshot: Snapshot[S], one: Happened[Any]) -> tuple[Layer, ...]:
    """What can be taken back after one more event."""
    layers = snapshot.layers
    if one.cause is not None and one.cause.startswith(BATCH):
        batch = one.cause[len(BATCH) :]
        if layers and layers[-1].batch == batch:
            return layers
        return (*layers, Layer(batch=batch, since=snapshot.version))
    return layers if isinstance(one.data, _REMINDERS) else ()


def _undo(layers: tuple[Layer, ...], earlier: Mapping[int, S], undone: str) -> tuple[S, tuple[Layer, ...]]:
    """What was before the last batch: the state, and what can be taken back then."""
    if not layers or layers[-1].batch != undone:
        raise CannotUndo(f"batch {undone} is not what touched this stream last")
    return earlier[layers[-1].since], layers[:-1]
