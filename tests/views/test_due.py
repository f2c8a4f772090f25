"""Which reminders are due, when, and to whom."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from events.event import Event
from events.subjects.agreement import AgreementMade
from events.subjects.feedback import FeedbackAcknowledged, FeedbackGiven
from events.subjects.goal import GoalAchieved, GoalRevised, GoalSet
from events.subjects.programme import Policy
from events.subjects.relationship import Accepted, MentorJoined, MentorLeft, Proposed, Registered
from events.subjects.reminder import ReminderSuppressed
from events.subjects.session import Commitment, CommitmentKept, SessionCorrected, SessionHeld
from projections.views.due import Due, due_items
from projections.views.frame import Frame
from tests.specs.pair import END, HELD, MENTEE, MENTOR, OUTSIDER, OVER, RUNNING, START, P, R
from tests.specs.spec import Given, given

RECORDED = datetime(2026, 1, 31, 8, tzinfo=UTC)
GOAL = GoalSet(goal_id="g1", specific="Land one patch", due_on=date(2026, 3, 31))
PRAISE = FeedbackGiven(feedback_id="f1", giver=MENTOR, receiver=MENTEE, sort="praise", text="Good")


def due(
    *events: Given,
    recorded_from: datetime = RECORDED,
    zone: str = "UTC",
    cadence: int = 14,
    term_ends_on: date | None = None,
) -> dict[str, Due]:
    """The due reminders by sort, of which these scenes have one each."""
    state = given("relationship", *events).state
    frame = Frame(policy=Policy(cadence_days=cadence), term_ends_on=term_ends_on)
    return {one.sort: one for one in due_items(state, recorded_from, frame, zone)}


def nine(month: int, day: int) -> datetime:
    """Nine in the morning, UTC, in 2026."""
    return datetime(2026, month, day, 9, tzinfo=UTC)


def test_silence_counts_from_the_first_day() -> None:
    """Fourteen days from 30 January end on 13 February; the morning after, both are reminded."""
    expected = Due(
        cause_key=f"no_session/{R}/2026-01-30",
        sort="no_session",
        due_at=nine(2, 14),
        people=(MENTOR, MENTEE),
        about=R,
    )
    assert {"no_session": expected} == due(RUNNING)


def test_silence_counts_from_the_last_session_held() -> None:
    """A session starts the count anew under a new cause; one that never took place does not."""
    assert (nine(3, 7), f"no_session/{R}/2026-02-20") == (
        due(RUNNING, HELD)["no_session"].due_at,
        due(RUNNING, HELD)["no_session"].cause_key,
    )
    void = SessionCorrected(session_id="s1", corrects=2, reason="x", void=True)
    assert nine(2, 14) == due(RUNNING, HELD, void)["no_session"].due_at


def test_silence_counts_from_the_acceptance_when_no_day_was_set() -> None:
    """A proposal that both accepted runs from the second acceptance."""
    proposal = Proposed(relationship_id=R, programme_id=P, mentors=(MENTOR,), mentees=(MENTEE,))
    accepted = [
        (Accepted(relationship_id=R, programme_id=P, person=who), when)
        for who, when in ((MENTOR, "2026-02-01"), (MENTEE, "2026-02-03"))
    ]
    assert nine(2, 18) == due(proposal, *accepted)["no_session"].due_at


def test_the_agreed_cadence_goes_before_the_programmes() -> None:
    """A pair that agreed on thirty days is reminded after thirty."""
    assert nine(3, 2) == due(RUNNING, AgreementMade(cadence_days=30))["no_session"].due_at


@pytest.mark.parametrize(
    ("zone", "moment"),
    (
        ("Asia/Tokyo", datetime(2026, 2, 14, tzinfo=UTC)),
        ("America/Los_Angeles", datetime(2026, 2, 14, 17, tzinfo=UTC)),
    ),
)
def test_due_is_a_local_morning(zone: str, moment: datetime) -> None:
    """The same cause is due at nine of the person's own morning, under the same key."""
    one = due(RUNNING, zone=zone)["no_session"]
    assert (moment, due(RUNNING)["no_session"].cause_key) == (one.due_at, one.cause_key)


def test_a_local_morning_follows_the_clock_change() -> None:
    """Nine in Paris is 08:00 UTC in winter and 07:00 UTC after 29 March 2026."""
    goals = due(RUNNING, GOAL, zone="Europe/Paris")["goal_overdue"]
    assert datetime(2026, 4, 1, 7, tzinfo=UTC) == goals.due_at


def test_the_local_day_of_a_late_session_counts() -> None:
    """A session at 23:30 UTC is already tomorrow in Tokyo."""
    late = datetime(2026, 2, 20, 23, 30, tzinfo=UTC)
    held = SessionHeld(session_id="s1", started_at=late, ended_at=datetime(2026, 2, 20, 23, 59, tzinfo=UTC))
    assert nine(3, 7) == due(RUNNING, held)["no_session"].due_at
    assert datetime(2026, 3, 8, tzinfo=UTC) == due(RUNNING, held, zone="Asia/Tokyo")["no_session"].due_at


def term(ends_on: date) -> Registered:
    """The pair with a last day."""
    return Registered(
        relationship_id=R,
        programme_id=P,
        mentors=(MENTOR,),
        mentees=(MENTEE,),
        starts_on=date(2026, 1, 30),
        ends_on=ends_on,
    )


def test_no_cadence_reminder_after_the_last_day() -> None:
    """A reminder on the last day is in order, one on the day after is not; goals are still asked about."""
    assert "no_session" in due(term(date(2026, 2, 14)))
    assert {"goal_overdue"} == set(due(term(date(2026, 2, 13)), GOAL))


def test_a_relationship_over_before_it_was_recorded_reminds_nobody() -> None:
    """Taking over the past of an organisation does not start an avalanche of mail."""
    assert {} == due(term(date(2026, 1, 30)), HELD, GOAL, PRAISE)
    assert "goal_overdue" in due(term(date(2026, 1, 31)), GOAL)


def test_only_running_relationships_remind() -> None:
    """A proposal and what is over are silent."""
    proposal = Proposed(relationship_id=R, programme_id=P, mentors=(MENTOR,), mentees=(MENTEE,))
    assert {} == due(proposal)
    assert {} == due(*OVER, GOAL)


def test_an_overdue_commitment_reminds_its_owner() -> None:
    """The owner of an open commitment hears the morning after its day; a kept one is not due."""
    one = due(RUNNING, HELD)["commitment_overdue"]
    assert (nine(2, 28), (MENTEE,), "c1", "commitment_overdue/c1/2026-02-27") == (
        one.due_at,
        one.people,
        one.about,
        one.cause_key,
    )
    assert "commitment_overdue" not in due(RUNNING, HELD, CommitmentKept(commitment_id="c1"))


def test_a_goal_past_its_date_reminds_the_pair() -> None:
    """An open goal is due the morning after its date; a new date is a new cause; a reached one is not due."""
    one = due(RUNNING, GOAL)["goal_overdue"]
    assert (nine(4, 1), (MENTOR, MENTEE), "goal_overdue/g1/2026-03-31") == (
        one.due_at,
        one.people,
        one.cause_key,
    )
    moved = due(RUNNING, GOAL, GoalRevised(goal_id="g1", due_on=date(2026, 4, 30)))["goal_overdue"]
    assert "goal_overdue/g1/2026-04-30" == moved.cause_key
    assert "goal_overdue" not in due(RUNNING, GOAL, GoalAchieved(goal_id="g1"))


def test_a_goal_without_a_date_is_never_overdue() -> None:
    """No date, no reminder."""
    assert "goal_overdue" not in due(RUNNING, GoalSet(goal_id="g1", specific="Learn"))


def test_unanswered_feedback_reminds_the_receiver() -> None:
    """Seven days are given; acknowledged feedback is not due."""
    one = due(RUNNING, (PRAISE, "2026-02-10"))["feedback_unanswered"]
    assert (nine(2, 18), (MENTEE,), "feedback_unanswered/f1") == (one.due_at, one.people, one.cause_key)
    assert "feedback_unanswered" not in due(RUNNING, PRAISE, FeedbackAcknowledged(feedback_id="f1"))


def test_somebody_who_left_is_not_reminded() -> None:
    """A commitment of a mentor who left reminds nobody; the cadence reminds who is there."""
    events: tuple[Event, ...] = (RUNNING, MentorJoined(person=OUTSIDER))
    review = Commitment(commitment_id="c1", owner=MENTOR, text="Review", due_on=date(2026, 2, 27))
    held = SessionHeld(session_id="s1", started_at=START, ended_at=END, commitments=(review,))
    found = due(*events, (held, END), (MentorLeft(person=MENTOR), datetime(2026, 2, 21, tzinfo=UTC)))
    assert {"no_session"} == set(found)
    assert (OUTSIDER, MENTEE) == found["no_session"].people


def test_a_cause_with_an_outcome_is_not_due() -> None:
    """Whatever was done about it, it was done once."""
    key = f"no_session/{R}/2026-01-30"
    done = ReminderSuppressed(cause_key=key, sort="no_session", due_at=nine(2, 14), reason="weekly cap")
    assert {} == due(RUNNING, done)


def test_the_earliest_comes_first() -> None:
    """Items are in the order of their moments."""
    state = given("relationship", RUNNING, HELD, GOAL, (PRAISE, "2026-02-10")).state
    moments = [one.due_at for one in due_items(state, RECORDED, Frame())]
    assert (4, moments) == (len(moments), sorted(moments))


def test_a_term_that_was_over_when_it_was_recorded_reminds_nobody() -> None:
    """A relationship without a last day of its own is bound by the programme's term."""
    assert {} == due(RUNNING, GOAL, term_ends_on=date(2026, 1, 30))
    assert {"goal_overdue"} == set(due(RUNNING, GOAL, term_ends_on=date(2026, 2, 10)))


def test_a_mentor_without_a_mentee_is_not_asked_for_sessions() -> None:
    """An accepted offer whose mentee nobody has named has nobody to meet."""
    offer = Proposed(relationship_id=R, programme_id=P, mentors=(MENTOR,))
    assert {} == due(offer, Accepted(relationship_id=R, programme_id=P))
