"""What a report counts, and the positions of the events behind every number."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from events.event import AnyRecorded
from events.subjects.reminder import ReminderFailed, ReminderSent, ReminderSuppressed
from projections.subjects import feedback, goal, session
from projections.subjects.relationship import (
    ACTIVE,
    CLOSED,
    CULTIVATION,
    DECLINED,
    INITIATION,
    MENTEE,
    MENTOR,
    PROPOSED,
    SEPARATION,
    WITHDRAWN,
)
from workers.reports.pair import Pair, Positions
from workers.reports.shape import Figure, Section

Found = tuple[int, Positions]  # how much one thing adds to a figure, and the events behind it


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """The period: facts from since (None: the beginning) to before until."""

    since: datetime | None
    until: datetime

    def holds(self, moment: datetime | None) -> bool:
        """Whether a moment is in it."""
        return moment is not None and (self.since is None or moment >= self.since) and moment < self.until


def sections(pairs: list[Pair], span: Span) -> tuple[Section, ...]:
    """Every figure, grouped; the same keys in the same order in every report."""
    counted = [pair for pair in pairs if pair.state.status]
    return (
        Section(
            key="relationships",
            title="Relationships",
            note="As they stood at the end of the period.",
            figures=(*_by_status(counted), *_by_stage(counted), *_people(counted), _silent(counted, span)),
        ),
        Section(
            key="sessions",
            title="Sessions",
            note="Held, cancelled or missed in the period.",
            figures=_sessions(counted, span),
        ),
        Section(
            key="goals",
            title="Goals",
            note="Set, achieved or dropped in the period; open at its end.",
            figures=_goals(counted, span),
        ),
        Section(
            key="commitments",
            title="Commitments",
            note="Made, kept or released in the period; open and overdue at its end.",
            figures=_commitments(counted, span),
        ),
        Section(
            key="feedback",
            title="Feedback",
            note="Given or acknowledged in the period; unanswered at its end.",
            figures=_feedback(counted, span),
        ),
        Section(
            key="events",
            title="Reminders and corrections",
            note="Recorded as having happened in the period.",
            figures=_events(counted, span),
        ),
    )


def _figure(key: str, label: str, found: Iterable[Found], unit: str = "") -> Figure:
    parts = list(found)
    positions = sorted({at for _, behind in parts for at in behind})
    value = sum(amount for amount, _ in parts)
    return Figure(key=key, label=label, value=value, unit=unit, positions=tuple(positions))


def _by_status(pairs: list[Pair]) -> Iterator[Figure]:
    yield _figure("relationships", "Relationships", ((1, pair.status_at) for pair in pairs))
    for status in (PROPOSED, ACTIVE, CLOSED, WITHDRAWN, DECLINED):
        found = ((1, pair.status_at) for pair in pairs if pair.state.status == status)
        yield _figure(f"relationships_{status}", f"Relationships {status}", found)


def _by_stage(pairs: list[Pair]) -> Iterator[Figure]:
    for stage in (INITIATION, CULTIVATION, SEPARATION):
        running = (pair for pair in pairs if pair.state.status == ACTIVE and pair.state.stage == stage)
        yield _figure(f"stage_{stage}", f"Active, in {stage}", ((1, pair.stage_at) for pair in running))


def _people(pairs: list[Pair]) -> Iterator[Figure]:
    for role in (MENTOR, MENTEE):
        behind: dict[str, list[int]] = {}
        for pair in pairs:
            if pair.state.status == ACTIVE:
                for person in pair.state.course.present(role):
                    behind.setdefault(person, []).append(pair.people_at[person])
        found = ((1, tuple(positions)) for positions in behind.values())
        yield _figure(f"{role}s", f"{role.capitalize()}s in active relationships", found)


def _silent(pairs: list[Pair], span: Span) -> Figure:
    found = ((1, pair.contact()) for pair in pairs if pair.silent(span.until))
    return _figure("silent", "Active, silent for longer than agreed", found)


def _sessions(pairs: list[Pair], span: Span) -> tuple[Figure, ...]:
    held = [
        (one.minutes, pair.about(key))
        for pair in pairs
        for key, one in pair.state.sessions.by_id.items()
        if one.status == session.HELD and span.holds(one.starts_at)
    ]

    def ended(status: str) -> Iterator[Found]:
        for pair in pairs:
            for key, one in pair.state.sessions.by_id.items():
                if one.status == status and span.holds(one.status_at):
                    yield 1, pair.about(key)

    return (
        _figure("sessions_held", "Sessions held", ((1, behind) for _, behind in held)),
        _figure("minutes_held", "Time in sessions", held, "minutes"),
        _figure("sessions_cancelled", "Sessions cancelled", ended(session.CANCELLED)),
        _figure("sessions_missed", "Sessions missed", ended(session.MISSED)),
    )


def _goals(pairs: list[Pair], span: Span) -> tuple[Figure, ...]:
    def those(wanted: Callable[[goal.Goal], bool]) -> Iterator[Found]:
        for pair in pairs:
            for key, one in pair.state.goals.by_id.items():
                if wanted(one):
                    yield 1, pair.about(key)

    def ended(status: str) -> Iterator[Found]:
        return those(lambda one: one.status == status and span.holds(one.status_at))

    return (
        _figure("goals_set", "Goals set", those(lambda one: span.holds(one.set_at))),
        _figure("goals_achieved", "Goals achieved", ended(goal.ACHIEVED)),
        _figure("goals_dropped", "Goals dropped", ended(goal.DROPPED)),
        _figure("goals_open", "Goals open", those(lambda one: one.status == goal.OPEN)),
    )


def _commitments(pairs: list[Pair], span: Span) -> tuple[Figure, ...]:
    last_day = (span.until - timedelta(microseconds=1)).date()

    def those(wanted: Callable[[session.Pledge, Pair], bool]) -> Iterator[Found]:
        for pair in pairs:
            for key, one in pair.state.sessions.commitments.items():
                if one.status != session.VOID and wanted(one, pair):
                    yield 1, pair.about(key)

    def made(one: session.Pledge, pair: Pair) -> bool:
        return span.holds(pair.state.sessions.by_id[one.session_id].starts_at)

    def settled(status: str) -> Iterator[Found]:
        return those(lambda one, _: one.status == status and span.holds(one.status_at))

    return (
        _figure("commitments_made", "Commitments made", those(made)),
        _figure("commitments_kept", "Commitments kept", settled(session.KEPT)),
        _figure("commitments_released", "Commitments released", settled(session.RELEASED)),
        _figure("commitments_open", "Commitments open", those(lambda one, _: one.status == session.OPEN)),
        _figure(
            "commitments_overdue",
            "Commitments overdue",
            those(lambda one, _: one.status == session.OPEN and one.due_on < last_day),
        ),
    )


def _feedback(pairs: list[Pair], span: Span) -> tuple[Figure, ...]:
    def those(wanted: Callable[[feedback.Feedback], bool]) -> Iterator[Found]:
        for pair in pairs:
            for key, one in pair.state.feedback.by_id.items():
                if one.status != feedback.VOID and wanted(one):
                    yield 1, pair.about(key)

    return (
        _figure("feedback_given", "Feedback given", those(lambda one: span.holds(one.given_at))),
        _figure("feedback_acknowledged", "Feedback acknowledged", those(lambda one: span.holds(one.acknowledged_at))),
        _figure("feedback_unanswered", "Feedback unanswered", those(lambda one: one.status == feedback.GIVEN)),
    )


def _events(pairs: list[Pair], span: Span) -> tuple[Figure, ...]:
    def those(wanted: Callable[[AnyRecorded], bool]) -> Iterator[Found]:
        for pair in pairs:
            yield from ((1, (one.position,)) for one in pair.counted if span.holds(one.occurred_at) and wanted(one))

    def failed(outcome: str) -> Iterator[Found]:
        return those(lambda one: isinstance(one.data, ReminderFailed) and one.data.outcome == outcome)

    return (
        _figure("reminders_sent", "Reminders sent", those(lambda one: isinstance(one.data, ReminderSent))),
        _figure(
            "reminders_suppressed",
            "Reminders held back",
            those(lambda one: isinstance(one.data, ReminderSuppressed)),
        ),
        _figure("reminders_failed", "Reminders failed", failed("failed")),
        _figure("reminders_unknown", "Reminders of which nobody knows whether they arrived", failed("unknown")),
        _figure("corrections", "Corrections", those(lambda one: getattr(one.data, "corrects", None) is not None)),
    )
