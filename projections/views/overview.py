"""A programme at a glance: one line per relationship, and totals of the lines."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta

import msgspec

from projections.subjects.relationship import ACTIVE, RelationshipState
from projections.views.due import contact_from
from projections.views.frame import Frame


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One relationship; status is empty for one that does not count (its import was undone).

    contact_on: the UTC day that silence is counted from; cadence_days: what the pair agreed, None for the
    programme's rule; ends_on: its own last day, else its term's; corrected: whether any of its facts was corrected.
    """

    relationship_id: str
    programme_id: str
    status: str
    stage: str
    title: str
    mentors: tuple[str, ...]
    mentees: tuple[str, ...]
    sessions_held: int
    minutes_held: int
    goals_open: int
    goals_achieved: int
    goals_total: int
    commitments_open: int
    feedback_given: int
    feedback_unanswered: int
    last_held_at: datetime | None
    contact_on: date | None
    cadence_days: int | None
    starts_on: date | None
    ends_on: date | None
    corrected: bool


class Overview(msgspec.Struct, frozen=True, kw_only=True):
    """Totals; by_stage, people, open and unanswered count running relationships only; silent: their ids."""

    relationships: int
    by_status: dict[str, int]
    by_stage: dict[str, int]
    mentors: int
    mentees: int
    sessions_held: int
    minutes_held: int
    goals_total: int
    goals_achieved: int
    commitments_open: int
    feedback_given: int
    feedback_unanswered: int
    silent: tuple[str, ...]

    @property
    def hours_held(self) -> int:
        """Whole hours of all sessions held."""
        return self.minutes_held // 60


def line(state: RelationshipState, frame: Frame) -> Line:
    """The line of one relationship in its programme's frame."""
    sessions, goals, feedback = state.sessions, state.goals, state.feedback
    return Line(
        relationship_id=state.relationship_id,
        programme_id=state.programme_id,
        status=state.status,
        stage=state.stage,
        title=state.title,
        mentors=tuple(state.mentors),
        mentees=tuple(state.mentees),
        sessions_held=sessions.held,
        minutes_held=sessions.minutes_held,
        goals_open=goals.open,
        goals_achieved=goals.achieved,
        goals_total=goals.total,
        commitments_open=sessions.commitments_open,
        feedback_given=feedback.given,
        feedback_unanswered=feedback.unanswered,
        last_held_at=sessions.last_held_at,
        contact_on=_day(contact_from(state)),
        cadence_days=None if state.agreement is None else state.agreement.cadence_days,
        starts_on=state.starts_on,
        ends_on=frame.last_day(state),
        corrected=state.corrected > 0,
    )


def overview(lines: Iterable[Line], now: datetime, cadence_default: int) -> Overview:
    """The totals at a moment; lines without status do not count."""
    counted = [one for one in lines if one.status]
    running = [one for one in counted if one.status == ACTIVE]
    return Overview(
        relationships=len(counted),
        by_status=dict(Counter(one.status for one in counted)),
        by_stage=dict(Counter(one.stage for one in running)),
        mentors=len({person for one in running for person in one.mentors}),
        mentees=len({person for one in running for person in one.mentees}),
        sessions_held=sum(one.sessions_held for one in counted),
        minutes_held=sum(one.minutes_held for one in counted),
        goals_total=sum(one.goals_total for one in counted),
        goals_achieved=sum(one.goals_achieved for one in counted),
        commitments_open=sum(one.commitments_open for one in running),
        feedback_given=sum(one.feedback_given for one in counted),
        feedback_unanswered=sum(one.feedback_unanswered for one in running),
        silent=tuple(one.relationship_id for one in running if is_silent(one, now, cadence_default)),
    )


def is_over(one: Line, now: datetime) -> bool:
    """Whether a running relationship is past its last day and nobody has recorded how it ended."""
    return one.status == ACTIVE and one.ends_on is not None and one.ends_on < now.astimezone(UTC).date()


def is_silent(one: Line, now: datetime, cadence_default: int) -> bool:
    """Whether no session was held for longer than the cadence, in a relationship not past its last day."""
    today = now.astimezone(UTC).date()
    if one.contact_on is None or not one.mentees or (one.ends_on is not None and one.ends_on < today):
        return False
    return today > one.contact_on + timedelta(days=one.cadence_days or cadence_default)


def _day(since: date | datetime | None) -> date | None:
    return since.astimezone(UTC).date() if isinstance(since, datetime) else since
