"""A relationship at a date: which of its events count then, and the moments at which something changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from events.event import AnyRecorded
from events.log import Log
from projections.fold import fold_of, run
from projections.replay import happened_by
from services.console.dates import Bound


@dataclass(frozen=True, slots=True)
class Steps:
    """The way from event to event: moments before and after the one that is shown, None where there is no way.

    parameter: the bound that moves, as_of or known_at.
    """

    parameter: str
    first: datetime | None
    before: datetime | None
    after: datetime | None


@dataclass(frozen=True, slots=True)
class Replay:
    """A relationship's events and the state that those come to which count within the bounds.

    recorded: all there are; known: those written down by `known_at`; counted: those of them that had happened by
    `as_of`; counts_from: by stream version, since when an event counts (a correction does with what it corrects).
    """

    as_of: Bound | None
    known_at: Bound | None
    recorded: Sequence[AnyRecorded]
    known: Sequence[AnyRecorded]
    counted: Sequence[AnyRecorded]
    counts_from: dict[int, datetime]
    state: Any

    @property
    def is_past(self) -> bool:
        """Whether it may show something else than now."""
        return self.as_of is not None or self.known_at is not None

    def address(self, **changes: str) -> dict[str, str]:
        """The parameters of this page's address with one of them changed."""
        bounds = {"as_of": self.as_of, "known_at": self.known_at}
        return {name: bound.text for name, bound in bounds.items() if bound is not None} | changes

    @property
    def known_since(self) -> datetime:
        """When the first entry was written down."""
        return min(one.recorded_at for one in self.recorded)

    @property
    def steps(self) -> Steps:
        """The way in the sense of time that is bounded: what had happened, or else what we knew.

        Where nothing was known yet, whatever had happened, the only way is to when something was.
        """
        if self.known_at is not None and (self.as_of is None or not self.known):
            return _steps({one.recorded_at for one in self.recorded}, self.known_at.moment, "known_at")
        return _steps(set(self.counts_from.values()), self.as_of.moment if self.as_of else None, "as_of")


def replay_at(log: Log, org: UUID, stream: str, as_of: Bound | None, known_at: Bound | None) -> Replay:
    """Replay a relationship's stream to the bounds, both inclusive."""
    recorded = list(log.read_stream(org, stream))
    known = [one for one in recorded if known_at is None or one.recorded_at <= known_at.moment]
    counted = known if as_of is None else happened_by(known, as_of.moment)
    return Replay(
        as_of=as_of,
        known_at=known_at,
        recorded=recorded,
        known=known,
        counted=counted,
        counts_from=_counts_from(known),
        state=run(fold_of("relationship"), counted).state,
    )


def _counts_from(events: Sequence[AnyRecorded]) -> dict[int, datetime]:
    found: dict[int, datetime] = {}
    for one in events:
        corrects: int | None = getattr(one.data, "corrects", None)
        found[one.stream_version] = one.occurred_at if corrects is None else found.get(corrects, one.occurred_at)
    return found


def _steps(moments: set[datetime], at: datetime | None, parameter: str) -> Steps:
    """A bound between two moments stands on the one before it; one before them all stands on none."""
    past = sorted(one for one in moments if at is None or one <= at)
    ahead = moments.difference(past)
    return Steps(
        parameter=parameter,
        first=None if len(past) == 1 else min(moments, default=None),
        before=past[-2] if len(past) > 1 else None,
        after=min(ahead, default=None),
    )
