"""What lies before each person of a relationship."""

from __future__ import annotations

from datetime import UTC, date, datetime

from events.subjects.feedback import FeedbackAcknowledged, FeedbackGiven
from events.subjects.goal import GoalSet
from events.subjects.relationship import Accepted, MentorJoined, MentorLeft, Proposed
from events.subjects.session import CommitmentReleased, SessionHeld, SessionScheduled
from projections.views.agenda import Item, items
from tests.specs.pair import END, HELD, LATER, MENTEE, MENTOR, OUTSIDER, OVER, PROMISE, RUNNING, START, P, R
from tests.specs.spec import Given, given

PLANNED = SessionScheduled(session_id="s2", starts_at=LATER, minutes=60)
PRAISE = FeedbackGiven(feedback_id="f1", giver=MENTOR, receiver=MENTEE, sort="praise", text="Good")
PROPOSAL = Proposed(relationship_id=R, programme_id=P, mentors=(MENTOR,), mentees=(MENTEE,), title="Parser")


def agenda(*events: Given) -> set[tuple[str, str, str]]:
    """(person, sort, id of the thing) of all items."""
    found = items(given("relationship", *events).state)
    return {(one.person_id, one.sort, one.about) for one in found}


def test_an_item_says_whose_and_when() -> None:
    """A commitment is its owner's, with its text and day."""
    (item,) = items(given("relationship", RUNNING, HELD).state)
    expected = Item(
        person_id=MENTEE,
        relationship_id=R,
        programme_id=P,
        sort="commitment",
        about="c1",
        title="Write the failing test",
        due_on=date(2026, 2, 27),
    )
    assert expected == item


def test_a_planned_session_lies_before_everybody() -> None:
    """A session is planned for both, at its start; a held one is over."""
    found = items(given("relationship", RUNNING, PLANNED).state)
    assert [(MENTOR, LATER), (MENTEE, LATER)] == [(one.person_id, one.at) for one in found]
    held = SessionHeld(session_id="s2", started_at=START, ended_at=END)
    assert set() == agenda(RUNNING, PLANNED, held)


def test_goals_with_a_date_lie_before_everybody() -> None:
    """A goal without a date is not in an agenda."""
    dated = GoalSet(goal_id="g1", specific="Land one patch", due_on=date(2026, 4, 1))
    assert {(MENTOR, "goal", "g1"), (MENTEE, "goal", "g1")} == agenda(
        RUNNING, dated, GoalSet(goal_id="g2", specific="Learn")
    )


def test_feedback_waits_for_its_receiver() -> None:
    """Until it is acknowledged."""
    assert {(MENTEE, "feedback", "f1")} == agenda(RUNNING, PRAISE)
    assert set() == agenda(RUNNING, PRAISE, FeedbackAcknowledged(feedback_id="f1"))


def test_a_settled_commitment_is_gone() -> None:
    """Kept or released, it is nobody's any more."""
    assert set() == agenda(RUNNING, HELD, CommitmentReleased(commitment_id=PROMISE.commitment_id, reason="x"))


def test_a_proposal_waits_for_who_has_not_accepted() -> None:
    """Each side is asked until it has answered."""
    assert {(MENTOR, "proposal", R), (MENTEE, "proposal", R)} == agenda(PROPOSAL)
    accepted = Accepted(relationship_id=R, programme_id=P, person=MENTOR)
    assert {(MENTEE, "proposal", R)} == agenda(PROPOSAL, accepted)


def test_nothing_lies_before_the_people_of_what_is_over() -> None:
    """A withdrawn relationship has no agenda."""
    assert set() == agenda(*OVER, PRAISE, PLANNED)


def test_who_left_has_no_items() -> None:
    """What a mentor still owed when leaving is not asked of them any more."""
    back = FeedbackGiven(feedback_id="f1", giver=MENTEE, receiver=MENTOR, sort="praise", text="Good")
    left = (MentorLeft(person=MENTOR), datetime(2026, 2, 21, tzinfo=UTC))
    assert set() == agenda(RUNNING, MentorJoined(person=OUTSIDER), back, left)
