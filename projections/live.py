"""Live states: the fold's result kept in the append's own transaction, and read back before the next decision.

A row carries the version of the fold that made it. When the code's fold has another one, the row is not believed: the
state is folded from the stream's events.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import import_module
from typing import Any
from uuid import UUID

import msgspec

from events.append import Appended, Claim, LiveRow
from events.log import Log
from projections import subjects
from projections.fold import Fold, Snapshot, begin, fold_of, run

Limits = Mapping[str, int | None]


def kind_of(stream: str) -> str:
    """The kind in a stream's name `<kind>-<uuid>`."""
    return stream.partition("-")[0]


@cache
def fold_versions() -> dict[str, int]:
    """The version of every subject's fold by stream kind."""
    found = {}
    for module in pkgutil.iter_modules(subjects.__path__):
        fold = getattr(import_module(f"{subjects.__name__}.{module.name}"), "FOLD", None)
        if fold is not None:
            found[fold.kind] = fold.version
    return found


@cache
def _decoder(kind: str) -> msgspec.json.Decoder[Snapshot[Any]]:
    return msgspec.json.Decoder(Snapshot[fold_of(kind).state])  # type: ignore[misc]  # the state's type is known at run time


_encoder = msgspec.json.Encoder()


def encode(snapshot: Snapshot[Any]) -> bytes:
    """The snapshot as bytes; equal snapshots have equal bytes."""
    return _encoder.encode(snapshot)


def decode(kind: str, state: bytes) -> Snapshot[Any]:
    """The snapshot in a live row's bytes."""
    return _decoder(kind).decode(state)


def live_row(fold: Fold[Any], snapshot: Snapshot[Any]) -> LiveRow:
    """The row that keeps the snapshot, with the columns it is looked up by."""
    card = fold.card(snapshot.state)
    return LiveRow(
        fold=fold.version,
        state=encode(snapshot),
        scope=card.scope,
        status=card.status,
        label=card.label,
        members=card.members,
    )


def claims_between(fold: Fold[Any], before: Snapshot[Any], after: Snapshot[Any], limits: Limits) -> tuple[Claim, ...]:
    """What the change occupies and gives up; a scope that is not in limits has none."""
    had, has = fold.claims(before.state), fold.claims(after.state)
    if had == has:
        return ()
    taken = [Claim(scope=scope, limit=limits.get(scope)) for scope in sorted(has - had)]
    return (*taken, *(Claim(scope=scope, take=False) for scope in sorted(had - has)))


class Live:
    """Reads live states; `load` is the one round trip before a decision."""

    def __init__(self, log: Log) -> None:
        self._log = log

    def load(
        self, org: UUID, streams: Sequence[str], command: str | None = None
    ) -> tuple[dict[str, Snapshot[Any]], Appended | None, bytes | None]:
        """Snapshots of all the streams (an empty one where there is none), and the key's earlier answer and digest."""
        loaded = self._log.load(org, streams, command)
        found = {stream: self._snapshot(org, stream, loaded.rows.get(stream)) for stream in streams}
        return found, loaded.answered, loaded.digest

    def _snapshot(self, org: UUID, stream: str, row: tuple[int, int, bytes] | None) -> Snapshot[Any]:
        kind = kind_of(stream)
        fold = fold_of(kind)
        if row is None:
            return begin(fold)
        _version, made_by, state = row
        if made_by != fold.version:
            return run(fold, self._log.read_stream(org, stream))
        return decode(kind, state)
