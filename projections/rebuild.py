"""Rebuild: the whole log folded again into the next build of the rows, beside the one that counts, then switched.

`live` stands for the live states of every stream. Readers and appends go on meanwhile; what was appended during the
rebuild is folded in under the organisation's lock, which is held for that remainder only, and the switch is one update.
The build before stays until it is dropped, so that a rollback is a switch back. Nothing here can send or enqueue.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import islice
from typing import TypeVar
from uuid import UUID

from sqlalchemy import Engine

from events.tenancy import tenant
from projections.heads import LIVE, Head, head_of, log_end, put_head
from projections.parking import parked
from projections.scan import all_streams, some_streams, touched_streams
from projections.targets import LiveTarget, StoredTarget, Target
from projections.views.stored import STORED

CHUNK = 500
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a rebuild is: events folded of all that the log held when it began, streams so far."""

    events: int
    total: int
    streams: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ViewStatus:
    """A view of one organisation: its build, the versions of its rows and of the code, how far behind the log it is."""

    view: str
    build: int
    rows_version: int
    code_version: int
    position: int
    behind: int
    previous_build: int | None
    parked: int


Report = Callable[[Progress], None]


def rebuild(engine: Engine, org: UUID, view: str, report: Report | None = None, kind: str | None = None) -> Progress:
    """Fold the whole log into the next build of a view and switch to it; returns what was done.

    kind: fold the streams of one kind only and do not switch (a measurement). Raises KeyError for an unknown view.
    """
    target = _target(view)
    with tenant(engine, org) as connection:
        end = log_end(connection, org)
        build = target.newest(connection, org) + 1
    done = _fill(engine, org, target, build, end, report, kind)
    if kind is None:
        _switch(engine, org, target, build, end)
    return done


def rollback(engine: Engine, org: UUID, view: str) -> int:
    """Return to the build before the last switch, brought up to date first; the build that counts now.

    Raises LookupError when there is none to return to.
    """
    target = _target(view)
    with tenant(engine, org) as connection:
        head = head_of(connection, org, view)
    if head is None or head.previous_build is None or head.previous_position is None:
        raise LookupError(f"View {view} has no build to return to; it was not rebuilt, or the build was dropped.")
    _switch(engine, org, target, head.previous_build, head.previous_position)
    return head.previous_build


def drop_old(engine: Engine, org: UUID, view: str) -> None:
    """Take away every build but the one that counts; a rollback is not possible afterwards."""
    target = _target(view)
    with tenant(engine, org) as connection:
        current = target.current(connection, org)
        target.drop(connection, org, [current.build])
        put_head(connection, org, replace(current, previous_build=None, previous_position=None))


def status(engine: Engine, org: UUID) -> list[ViewStatus]:
    """Where every view of an organisation stands."""
    with tenant(engine, org) as connection:
        waiting = [one.view for one in parked(connection, org)]
        end = log_end(connection, org)
        targets: list[Target] = [LiveTarget(), *(StoredTarget(view) for view in STORED)]
        heads = [(target, target.current(connection, org)) for target in targets]
    return [
        ViewStatus(
            view=head.view,
            build=head.build,
            rows_version=head.fold,
            code_version=target.version,
            position=head.position,
            behind=end - head.position,
            previous_build=head.previous_build,
            parked=waiting.count(head.view),
        )
        for target, head in heads
    ]


def _target(view: str) -> Target:
    if view == LIVE:
        return LiveTarget()
    return StoredTarget({one.name: one for one in STORED}[view])


def _fill(
    engine: Engine, org: UUID, target: Target, build: int, upto: int, report: Report | None, kind: str | None
) -> Progress:
    """Fold every stream up to a position into a build; two connections, one reads while the other writes."""
    events = streams = 0
    with tenant(engine, org) as reading:
        for chunk in _chunks(all_streams(reading, org, upto, kind or target.kind), CHUNK):
            with tenant(engine, org) as writing:
                target.put(writing, org, build, chunk, fresh=True)
            events += sum(len(one.rows) for one in chunk)
            streams += len(chunk)
            if report is not None:
                report(Progress(events, upto + 1, streams))
    return Progress(events, upto + 1, streams)


def _switch(engine: Engine, org: UUID, target: Target, build: int, since: int) -> None:
    """Fold in what came after `since` and make the build the one that counts, in one transaction."""
    with tenant(engine, org) as connection:
        end = log_end(connection, org, lock=True)
        before = target.current(connection, org, lock=True)
        late = target.touched(connection, org, touched_streams(connection, org, since, end))
        for chunk in _chunks(some_streams(connection, org, late, end), CHUNK):
            target.put(connection, org, build, chunk, fresh=False)
        target.point(connection, org, build)
        head = Head(
            view=before.view,
            build=build,
            fold=target.version,
            position=end,
            previous_build=before.build,
            previous_position=before.position,
        )
        put_head(connection, org, head)


def _chunks(items: Iterable[T], size: int) -> Iterator[list[T]]:
    iterator = iter(items)
    while chunk := list(islice(iterator, size)):
        yield chunk
