"""What must hold of goals, sessions, feedback and reminders in whatever order their events arrive."""

from __future__ import annotations

from datetime import timedelta

import msgspec
from hypothesis import given as forall
from hypothesis import strategies as st

from events.event import Event, Happened
from events.subjects.feedback import FeedbackAcknowledged, FeedbackCorrected, FeedbackGiven
from events.subjects.goal import GoalAchieved, GoalDropped, GoalProgressed, GoalRevised, GoalSet
from events.subjects.reminder import ReminderFailed, ReminderSent
from events.subjects.session import (
    CommitmentKept,
    CommitmentReleased,
    Grow,
    SessionCancelled,
    SessionCorrected,
    SessionMissed,
)
from projections.fold import Snapshot, fold_of, run
from projections.subjects.relationship import RelationshipState
from tests.specs.pair import HELD, MENTEE, MENTOR, PLAN, RUNNING, START, R
from tests.specs.spec import NOW

EVENTS: tuple[Event, ...] = (
    PLAN,
    HELD,
    SessionCancelled(session_id="s1", by=MENTOR),
    SessionMissed(session_id="s1", absent=(MENTEE,)),
    SessionCorrected(session_id="s1", corrects=2, reason="x", started_at=START, notes=Grow(goal="y")),
    SessionCorrected(session_id="s1", corrects=2, reason="x", void=True),
    CommitmentKept(commitment_id="c1"),
    CommitmentReleased(commitment_id="c1", reason="x"),
    GoalSet(goal_id="g1", specific="Land one patch"),
    GoalRevised(goal_id="g1", measurable="merged"),
    GoalRevised(goal_id="g1", specific="Land two", corrects=2, reason="x"),
    GoalProgressed(goal_id="g1", percent=40),
    GoalAchieved(goal_id="g1"),
    GoalDropped(goal_id="g1", reason="x"),
    FeedbackGiven(feedback_id="f1", giver=MENTOR, receiver=MENTEE, sort="praise", text="Good"),
    FeedbackAcknowledged(feedback_id="f1"),
    FeedbackCorrected(feedback_id="f1", corrects=2, reason="x", void=True),
    ReminderSent(cause_key="k", sort="no_session", due_at=NOW, to=(MENTOR,), message_ids=("m",)),
    ReminderFailed(cause_key="k", sort="no_session", due_at=NOW, outcome="failed", reason="x"),
)


def happened(data: Event, version: int, days: int) -> Happened[Event]:
    """The event at a version, some days before NOW."""
    return Happened(
        stream=f"relationship-{R}",
        stream_version=version,
        occurred_at=NOW - timedelta(days=days),
        actor="token:t",
        data=data,
    )


def folded(facts: list[tuple[Event, int]]) -> RelationshipState:
    """The state after the running pair's first event and these."""
    all_facts = [(RUNNING, 40), *facts]
    events = [happened(data, number, days) for number, (data, days) in enumerate(all_facts, start=1)]
    snapshot: Snapshot[RelationshipState] = run(fold_of("relationship"), events)
    return snapshot.state


FACTS = st.lists(st.tuples(st.sampled_from(EVENTS), st.integers(0, 30)), max_size=25)


@forall(FACTS)
def test_no_order_of_events_breaks_the_fold(facts: list[tuple[Event, int]]) -> None:
    """Any events in any order fold to a state that survives its own storage."""
    state = folded(facts)
    assert state == msgspec.json.decode(msgspec.json.encode(state), type=RelationshipState)


@forall(FACTS)
def test_totals_stay_possible(facts: list[tuple[Event, int]]) -> None:
    """Counts never go below zero or beyond what there is."""
    state = folded(facts)
    sessions, goals, feedback = state.sessions, state.goals, state.feedback
    assert 0 <= sessions.held <= len(sessions.by_id)
    assert (sessions.held > 0) == (sessions.last_held_at is not None)
    assert goals.open + goals.achieved <= goals.total
    assert 0 <= feedback.unanswered <= feedback.given <= len(feedback.by_id)
    assert sessions.commitments_open <= len(sessions.commitments)


@forall(FACTS)
def test_the_first_outcome_of_a_cause_stands(facts: list[tuple[Event, int]]) -> None:
    """One cause has one outcome: that of the first reminder event that arrived."""
    first = next((data for data, _ in facts if isinstance(data, ReminderSent | ReminderFailed)), None)
    expected = {} if first is None else {"k": "sent" if isinstance(first, ReminderSent) else "failed"}
    assert expected == folded(facts).reminders.outcomes
