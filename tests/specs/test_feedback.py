"""What may happen to feedback between the people of a relationship, and what is refused."""

from __future__ import annotations

import pytest

from events.subjects.feedback import FeedbackAcknowledged, FeedbackCorrected, FeedbackGiven
from services.decisions.feedback import AcknowledgeFeedback, CorrectFeedback, GiveFeedback
from services.world import Command
from tests.specs.pair import MENTEE, MENTOR, OUTSIDER, OVER, RUNNING, R
from tests.specs.spec import given

GIVEN = FeedbackGiven(feedback_id="f1", giver=MENTOR, receiver=MENTEE, sort="praise", text="Clear commit messages")


def give(**fields: object) -> GiveFeedback:
    """Praise from the mentor to the mentee."""
    usual = {"feedback_id": "f1", "giver": MENTOR, "receiver": MENTEE, "sort": "praise"}
    text = {"text": "Clear commit messages"}
    return GiveFeedback(relationship_id=R, **{**usual, **text, **fields})  # type: ignore[arg-type]  # any field


def acknowledge(person: str = MENTEE) -> AcknowledgeFeedback:
    """The answer of a person."""
    return AcknowledgeFeedback(relationship_id=R, feedback_id="f1", person=person, answer="Thank you")


def correct(**fields: object) -> CorrectFeedback:
    """A correction by the mentor of the second event of the stream."""
    usual = {"feedback_id": "f1", "person": MENTOR, "corrects": 2, "reason": "too short"}
    return CorrectFeedback(relationship_id=R, **{**usual, **fields})  # type: ignore[arg-type]  # any field of it


def test_feedback_is_given_and_waits_for_an_answer() -> None:
    """Given feedback counts as unanswered until the receiver acknowledges it."""
    feedback = given("relationship", RUNNING).when(give()).then(GIVEN).feedback
    assert (1, 1, "given") == (feedback.given, feedback.unanswered, feedback.by_id["f1"].status)


@pytest.mark.parametrize(
    ("code", "fields"),
    (
        ("not_in_relationship", {"giver": OUTSIDER}),
        ("not_in_relationship", {"receiver": OUTSIDER}),
        ("feedback_to_self", {"receiver": MENTOR}),
        ("unknown_sort", {"sort": "gossip"}),
        ("feedback_empty", {"text": "\n "}),
    ),
)
def test_feedback_that_cannot_be_is_refused(code: str, fields: dict[str, object]) -> None:
    """Feedback goes from one of the pair to another, is of a known sort and says something."""
    given("relationship", RUNNING).when(give(**fields)).refused(code)


def test_a_feedback_id_is_used_once() -> None:
    """New feedback takes a new id."""
    given("relationship", RUNNING, GIVEN).when(give()).refused("feedback_exists")


def test_only_the_receiver_acknowledges() -> None:
    """The receiver's answer settles it, a second one changes nothing, and nobody else can answer."""
    event = FeedbackAcknowledged(feedback_id="f1", answer="Thank you")
    scene = given("relationship", RUNNING, GIVEN)
    feedback = scene.when(acknowledge()).then(event).feedback
    assert (1, 0) == (feedback.given, feedback.unanswered)
    scene.when(acknowledge(MENTOR)).refused("not_receiver")
    given("relationship", RUNNING, GIVEN, event).when(acknowledge()).then()


def test_only_the_giver_corrects() -> None:
    """The giver rewrites the text; the feedback says that it was corrected and stays answered or not."""
    event = FeedbackCorrected(feedback_id="f1", corrects=2, reason="too short", text="Clear and short messages")
    scene = given("relationship", RUNNING, GIVEN)
    one = scene.when(correct(text="Clear and short messages")).then(event).feedback.by_id["f1"]
    assert ("given", True, 3) == (one.status, one.corrected, one.corrected_by)
    scene.when(correct(person=MENTEE, text="Better")).refused("not_giver")


def test_feedback_that_was_taken_back_counts_nowhere() -> None:
    """Void feedback is neither given nor unanswered, and nothing more happens to it."""
    void = FeedbackCorrected(feedback_id="f1", corrects=2, reason="wrong person", void=True)
    command = correct(reason="wrong person", void=True)
    feedback = given("relationship", RUNNING, GIVEN).when(command).then(void).feedback
    assert (0, 0) == (feedback.given, feedback.unanswered)
    scene = given("relationship", RUNNING, GIVEN, void)
    scene.when(acknowledge()).refused("feedback_void")
    scene.when(command).refused("feedback_void")


@pytest.mark.parametrize(
    ("code", "fields"),
    (
        ("corrects_nothing", {"corrects": 1, "text": "x"}),
        ("reason_required", {"reason": " ", "text": "x"}),
        ("nothing_to_correct", {}),
        ("nothing_to_correct", {"text": " "}),
    ),
)
def test_corrections_that_cannot_be_are_refused(code: str, fields: dict[str, object]) -> None:
    """A correction names the event that gave the feedback, says why, and has a text or takes it back."""
    given("relationship", RUNNING, GIVEN).when(correct(**fields)).refused(code)


@pytest.mark.parametrize("command", (acknowledge(), correct(text="x")), ids=lambda one: type(one).__name__)
def test_unknown_feedback_is_not_found(command: Command) -> None:
    """Feedback of another relationship looks like feedback that does not exist."""
    given("relationship", RUNNING).when(command).refused("unknown_feedback")


@pytest.mark.parametrize("command", (give(), acknowledge(), correct()), ids=lambda one: type(one).__name__)
def test_feedback_belongs_to_running_relationships(command: Command) -> None:
    """What is over takes no feedback command, and the refusal says the status."""
    refusal = given("relationship", *OVER, GIVEN).when(command).refused("not_active")
    assert "withdrawn" == refusal.facts["status"]
