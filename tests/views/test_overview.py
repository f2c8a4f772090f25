"""What a programme's overview says of each relationship, and of all."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from msgspec.structs import replace

from events.subjects.agreement import AgreementMade
from events.subjects.feedback import FeedbackGiven
from events.subjects.goal import GoalAchieved, GoalSet
from events.subjects.session import SessionCorrected
from projections.fold import begin, fold_of
from projections.views.frame import Frame
from projections.views.overview import Line, is_over, is_silent, line, overview
from tests.specs.pair import HELD, MENTEE, MENTOR, OVER, RUNNING, START, P, R
from tests.specs.spec import NOW, Given, given


def told(*events: Given) -> Line:
    """The line of a relationship with these events."""
    return line(given("relationship", *events).state, Frame())


BUSY = (
    RUNNING,
    HELD,
    GoalSet(goal_id="g1", specific="Land one patch"),
    GoalSet(goal_id="g2", specific="Review one patch"),
    GoalAchieved(goal_id="g2"),
    FeedbackGiven(feedback_id="f1", giver=MENTOR, receiver=MENTEE, sort="praise", text="Good"),
)


def test_a_line_counts_what_happened() -> None:
    """Sessions, minutes, goals, commitments and feedback are those of the state."""
    expected = Line(
        relationship_id=R,
        programme_id=P,
        status="active",
        stage="initiation",
        title="Teach the parser to recover",
        mentors=(MENTOR,),
        mentees=(MENTEE,),
        sessions_held=1,
        minutes_held=45,
        goals_open=1,
        goals_achieved=1,
        goals_total=2,
        commitments_open=1,
        feedback_given=1,
        feedback_unanswered=1,
        last_held_at=START,
        contact_on=date(2026, 2, 20),
        cadence_days=None,
        starts_on=date(2026, 1, 30),
        ends_on=None,
        corrected=False,
    )
    assert expected == told(*BUSY)


def test_a_line_says_that_something_was_corrected() -> None:
    """A corrected session marks the line."""
    assert told(RUNNING, HELD, SessionCorrected(session_id="s1", corrects=2, reason="x", mentee_talked=1)).corrected


def test_totals_add_up_the_lines() -> None:
    """Everything that happened counts; what is open counts in running relationships only."""
    other = replace(told(*OVER, HELD), relationship_id="other")
    totals = overview([told(*BUSY), other], NOW, cadence_default=14)
    assert (2, {"active": 1, "withdrawn": 1}, {"initiation": 1}) == (
        totals.relationships,
        totals.by_status,
        totals.by_stage,
    )
    assert (2, 90, 1, 2, 1) == (
        totals.sessions_held,
        totals.minutes_held,
        totals.hours_held,
        totals.goals_total,
        totals.commitments_open,
    )
    assert (1, 1, 1, 1) == (totals.mentors, totals.mentees, totals.feedback_given, totals.feedback_unanswered)


def test_what_never_began_does_not_count() -> None:
    """A relationship whose import was undone has no status and is in no total."""
    empty = line(begin(fold_of("relationship")).state, Frame())
    assert 0 == overview([empty], NOW, 14).relationships


def test_silent_pairs_are_found() -> None:
    """A pair is silent on the day after its cadence, not before, and its own agreement goes first."""
    silent = told(RUNNING)
    last = datetime(2026, 2, 13, 23, tzinfo=UTC)
    assert [False, True] == [is_silent(silent, at, 14) for at in (last, last + timedelta(hours=1))]
    assert (R,) == overview([silent], NOW, 14).silent
    assert () == overview([told(RUNNING, AgreementMade(cadence_days=60))], NOW, 14).silent
    assert () == overview([told(*BUSY)], NOW, 14).silent


def test_a_pair_past_its_last_day_is_not_silent() -> None:
    """After the last day nobody expects a session."""
    over = replace(told(RUNNING), ends_on=date(2026, 2, 28))
    last_day = replace(over, ends_on=date(2026, 3, 1))
    assert [False, True] == [is_silent(one, NOW, 14) for one in (over, last_day)]
    assert [True, False] == [is_over(one, NOW) for one in (over, last_day)]
    assert not is_over(replace(over, status="closed"), NOW)
