"""One relationship as it stood at the end of a period, with the events behind each part of its state."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from events.event import AnyRecorded
from projections.fold import begin, fold_of, step
from projections.replay import happened_by
from projections.subjects.relationship import ACTIVE, RelationshipState
from projections.views.frame import Frame
from projections.views.overview import Line, is_silent, line

_INSTANT = timedelta(microseconds=1)
_NAMES = ("session_id", "goal_id", "feedback_id", "commitment_id")
Positions = tuple[int, ...]


@dataclass(slots=True)
class Pair:
    """A relationship; the positions say which event last gave it its status, its stage, each of its people."""

    stream: str
    frame: Frame
    state: RelationshipState
    counted: list[AnyRecorded]
    status_at: Positions = ()
    stage_at: Positions = ()
    people_at: dict[str, int] = field(default_factory=dict)
    things: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))

    @property
    def line(self) -> Line:
        """Its line in an overview."""
        return line(self.state, self.frame)

    def about(self, thing_id: str) -> Positions:
        """The events about a session, goal, feedback or commitment."""
        return tuple(self.things.get(thing_id, ()))

    def contact(self) -> Positions:
        """The events that its silence is counted from: of the last session held, else what made it active."""
        last = self.state.sessions.last_held_at
        held = [key for key, one in self.state.sessions.by_id.items() if last is not None and one.starts_at == last]
        return tuple(sorted({at for key in held for at in self.about(key)})) or self.status_at

    def silent(self, until: datetime) -> bool:
        """Whether it runs and had no session for longer than its cadence when the period ended."""
        return self.state.status == ACTIVE and is_silent(self.line, until - _INSTANT, self.frame.policy.cadence_days)


def pair_of(stream: str, events: Sequence[AnyRecorded], until: datetime, frame: Frame) -> Pair:
    """Fold what had happened before `until`, noting where things come from."""
    fold = fold_of("relationship")
    pair = Pair(stream, frame, fold.initial, happened_by(list(events), until - _INSTANT))
    snapshot = begin(fold)
    for one in pair.counted:
        before = snapshot.state
        snapshot = step(fold, snapshot, one)
        _note(pair, before, snapshot.state, one.position)
        for thing_id in _things(one):
            pair.things[thing_id].append(one.position)
    pair.state = snapshot.state
    return pair


def _note(pair: Pair, before: RelationshipState, after: RelationshipState, position: int) -> None:
    if after.status != before.status:
        pair.status_at = (position,)
    if after.stage != before.stage:
        pair.stage_at = (position,)
    if after.members is not before.members:
        present = {*before.mentors, *before.mentees}
        joined = {*after.mentors, *after.mentees} - present
        pair.people_at.update(dict.fromkeys(joined, position))


def _things(one: AnyRecorded) -> Iterable[str]:
    for name in _NAMES:
        if (thing_id := getattr(one.data, name, None)) is not None:
            yield thing_id
    for commitment in getattr(one.data, "commitments", ()):
        yield commitment.commitment_id
