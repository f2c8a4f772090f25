"""Which reminders a relationship makes due: a pure function of its state, asked again when one is to be sent.

A due moment is nine in the morning of a local day, the day after the last one on which nothing was late. The
key of a cause is the same whenever and wherever it is computed, so that it is acted upon once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import msgspec

from projections.subjects import feedback, goal, session
from projections.subjects.relationship import ACTIVE, RelationshipState
from projections.views.frame import Frame

NO_SESSION, COMMITMENT, GOAL, FEEDBACK = (
    "no_session",
    "commitment_overdue",
    "goal_overdue",
    "feedback_unanswered",
)
_NINE = time(9)
_DAY = timedelta(days=1)


class Due(msgspec.Struct, frozen=True, kw_only=True):
    """One reminder: why (sort), when (UTC), whom (person ids), and the id of the thing it is about."""

    cause_key: str
    sort: str
    due_at: datetime
    people: tuple[str, ...]
    about: str


def due_items(
    state: RelationshipState,
    recorded_from: datetime,
    frame: Frame,
    zone: str = "UTC",
) -> tuple[Due, ...]:
    """All reminders whose cause stands and has no outcome yet, past and future, earliest first.

    recorded_from: when the relationship entered the log; one that was over by then reminds nobody. frame: the
    programme's rules and term; zone: the IANA zone whose mornings count. Nobody who has left the relationship is
    reminded, and nobody of one whose mentee is still to be found.
    """
    last_day = frame.last_day(state)
    if state.status != ACTIVE or (last_day is not None and last_day < recorded_from.date()):
        return ()
    clock = _Mornings(ZoneInfo(zone))
    found: list[Due] = [
        *_no_session(state, frame, clock),
        *_commitments(state, clock),
        *_goals(state, clock),
        *_feedback(state, frame.policy.feedback_days, clock),
    ]
    waiting = (one for one in found if one.people and one.cause_key not in state.reminders.outcomes)
    return tuple(sorted(waiting, key=lambda one: (one.due_at, one.cause_key)))


class _Mornings:
    """Local days of one zone."""

    def __init__(self, zone: ZoneInfo) -> None:
        self._zone = zone

    def day(self, moment: datetime) -> date:
        """The local day of a moment."""
        return moment.astimezone(self._zone).date()

    def after(self, last_day: date) -> datetime:
        """Nine o'clock of the day after, in UTC."""
        return datetime.combine(last_day + _DAY, _NINE, self._zone).astimezone(UTC)


def contact_from(state: RelationshipState) -> date | datetime | None:
    """What the cadence counts from: the last session held, else the first day, else the acceptance."""
    return state.sessions.last_held_at or state.starts_on or state.accepted_at


def cadence_of(state: RelationshipState, default: int) -> int:
    """Days between sessions: what the pair agreed, else the programme's rule."""
    return default if state.agreement is None else state.agreement.cadence_days


def _no_session(state: RelationshipState, frame: Frame, clock: _Mornings) -> Iterator[Due]:
    since, end = contact_from(state), frame.last_day(state)
    if since is None or not state.mentees:
        return
    days = cadence_of(state, frame.policy.cadence_days)
    last_day = (clock.day(since) if isinstance(since, datetime) else since) + days * _DAY
    if end is not None and last_day >= end:
        return
    yield Due(
        cause_key=f"{NO_SESSION}/{state.relationship_id}/{_utc_day(since)}",
        sort=NO_SESSION,
        due_at=clock.after(last_day),
        people=_all(state),
        about=state.relationship_id,
    )


def _commitments(state: RelationshipState, clock: _Mornings) -> Iterator[Due]:
    for key, one in state.sessions.commitments.items():
        if one.status == session.OPEN:
            yield Due(
                cause_key=f"{COMMITMENT}/{key}/{one.due_on}",
                sort=COMMITMENT,
                due_at=clock.after(one.due_on),
                people=_present(state, (one.owner,)),
                about=key,
            )


def _goals(state: RelationshipState, clock: _Mornings) -> Iterator[Due]:
    for key, one in state.goals.by_id.items():
        if one.status == goal.OPEN and one.due_on is not None:
            yield Due(
                cause_key=f"{GOAL}/{key}/{one.due_on}",
                sort=GOAL,
                due_at=clock.after(one.due_on),
                people=_all(state),
                about=key,
            )


def _feedback(state: RelationshipState, days: int, clock: _Mornings) -> Iterator[Due]:
    for key, one in state.feedback.by_id.items():
        if one.status == feedback.GIVEN:
            yield Due(
                cause_key=f"{FEEDBACK}/{key}",
                sort=FEEDBACK,
                due_at=clock.after(clock.day(one.given_at) + days * _DAY),
                people=_present(state, (one.receiver,)),
                about=key,
            )


def _utc_day(since: date | datetime) -> date:
    """The day in a cause's key, which must not depend on anybody's zone."""
    return since.astimezone(UTC).date() if isinstance(since, datetime) else since


def _all(state: RelationshipState) -> tuple[str, ...]:
    return (*state.mentors, *state.mentees)


def _present(state: RelationshipState, people: Iterable[str]) -> tuple[str, ...]:
    return tuple(person for person in people if person in state.mentors or person in state.mentees)
