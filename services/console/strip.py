"""A relationship's life as a strip of dots along the time; a link from each dot to its moment."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from services.console.replaying import Replay

WIDTH, MARGIN = 1000, 12
_ROWS = {
    "session": ("session_held", "session_scheduled", "session_cancelled", "session_missed", "session_corrected"),
    "goal": ("goal_set", "goal_revised", "goal_progressed", "goal_achieved", "goal_dropped"),
    "feedback": ("feedback_given", "feedback_acknowledged", "feedback_corrected"),
}
ROWS = ("course", *_ROWS, "other")
_ROW_OF = {name: row for row, names in _ROWS.items() for name in names}
_OTHER = ("commitment_kept", "commitment_released", "fit_assessed", "agreement_made")


@dataclass(frozen=True, slots=True)
class Dot:
    """One event: its place from left (0 to WIDTH), its row by name, whether it counts in what is shown."""

    x: int
    row: str
    moment: datetime
    counts: bool


@dataclass(frozen=True, slots=True)
class Strip:
    """The dots, and where the shown moment stands (None for now)."""

    dots: tuple[Dot, ...]
    cut: int | None
    begins: datetime
    ends: datetime


def strip_of(replay: Replay) -> Strip | None:
    """The strip of all that is known; None where nothing is."""
    if not replay.counts_from:
        return None
    moments = replay.counts_from.values()
    begins, ends = min(moments), max(moments)
    cut = None if replay.as_of is None else _place(min(max(replay.as_of.moment, begins), ends), begins, ends)
    return Strip(tuple(_dots(replay, begins, ends)), cut, begins, ends)


def _dots(replay: Replay, begins: datetime, ends: datetime) -> Iterator[Dot]:
    counted = {one.stream_version for one in replay.counted}
    for one in replay.known:
        moment = replay.counts_from[one.stream_version]
        yield Dot(_place(moment, begins, ends), row_of(one.type), moment, one.stream_version in counted)


def _place(moment: datetime, begins: datetime, ends: datetime) -> int:
    span = (ends - begins).total_seconds()
    share = (moment - begins).total_seconds() / span if span else 0.5
    return MARGIN + round(share * (WIDTH - 2 * MARGIN))


def row_of(type_: str) -> str:
    """The row of an event by its stored type."""
    name = type_.rpartition(".")[2]
    if name in _OTHER or not type_.startswith("relationship."):
        return "other"
    return _ROW_OF.get(name, "course")
