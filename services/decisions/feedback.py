"""Feedback between the people of a relationship: given, acknowledged, corrected."""

from __future__ import annotations

from datetime import datetime
from typing import assert_never

from events.event import Event
from events.subjects.feedback import FeedbackAcknowledged, FeedbackCorrected, FeedbackGiven
from projections.subjects.feedback import ACKNOWLEDGED, VOID, Feedback
from projections.subjects.relationship import RelationshipState
from services.errors import NotFound, Refused
from services.within import WithinRelationship, must_belong, must_run, must_say
from services.world import World

SORTS = ("praise", "constructive", "challenge")


class GiveFeedback(WithinRelationship, frozen=True, kw_only=True):
    """Give feedback under a new id; sort is praise, constructive or challenge."""

    feedback_id: str
    giver: str
    receiver: str
    sort: str
    text: str
    about: str = ""
    occurred_at: datetime | None = None


class AcknowledgeFeedback(WithinRelationship, frozen=True, kw_only=True):
    """Say that it was read; person is who does, and only the receiver may."""

    feedback_id: str
    person: str
    answer: str = ""
    occurred_at: datetime | None = None


class CorrectFeedback(WithinRelationship, frozen=True, kw_only=True):
    """Rewrite feedback (text) or take it back (void); person is who does, and only the giver may.

    corrects is the stream version of the event that gave or last rewrote it.
    """

    feedback_id: str
    person: str
    corrects: int
    reason: str
    text: str | None = None
    void: bool = False
    occurred_at: datetime | None = None


FeedbackCommand = GiveFeedback | AcknowledgeFeedback | CorrectFeedback


def decide(command: FeedbackCommand, state: RelationshipState, world: World) -> list[Event]:
    """The events of a feedback command."""
    must_run(state)
    match command:
        case GiveFeedback():
            return _give(command, state)
        case AcknowledgeFeedback():
            return _acknowledge(command, _feedback(state, command.feedback_id))
        case CorrectFeedback():
            return _correct(command, _feedback(state, command.feedback_id))
        case _:
            assert_never(command)


def _give(command: GiveFeedback, state: RelationshipState) -> list[Event]:
    if command.feedback_id in state.feedback.by_id:
        raise Refused("feedback_exists", "This feedback id is taken; give new feedback a new id.")
    must_belong(state, command.giver, "giver")
    must_belong(state, command.receiver, "receiver")
    if command.giver == command.receiver:
        raise Refused("feedback_to_self", "Feedback goes to somebody else; choose another receiver.")
    if command.sort not in SORTS:
        raise Refused(
            "unknown_sort",
            f"Feedback is praise, constructive or challenge, not {command.sort!r}.",
            sort=command.sort,
            possible=list(SORTS),
        )
    must_say(command.text, "feedback_empty", "Feedback must say something; write the text.")
    return [
        FeedbackGiven(
            feedback_id=command.feedback_id,
            giver=command.giver,
            receiver=command.receiver,
            sort=command.sort,
            text=command.text,
            about=command.about,
        )
    ]


def _acknowledge(command: AcknowledgeFeedback, feedback: Feedback) -> list[Event]:
    if command.person != feedback.receiver:
        raise Refused("not_receiver", "Only the person who got this feedback may acknowledge it.")
    _must_stand(feedback)
    if feedback.status == ACKNOWLEDGED:
        return []
    return [FeedbackAcknowledged(feedback_id=command.feedback_id, answer=command.answer)]


def _correct(command: CorrectFeedback, feedback: Feedback) -> list[Event]:
    if command.person != feedback.giver:
        raise Refused("not_giver", "Only the person who gave this feedback may correct it.")
    _must_stand(feedback)
    if command.corrects not in feedback.versions:
        raise Refused(
            "corrects_nothing",
            f"Version {command.corrects} did not give or rewrite this feedback; name one that did.",
            corrects=command.corrects,
            possible=list(feedback.versions),
        )
    must_say(command.reason, "reason_required", "Say what was wrong; a correction is shown with its reason.")
    if not command.void:
        must_say(
            command.text or "",
            "nothing_to_correct",
            "Write the right text, or take the feedback back (void).",
        )
    return [
        FeedbackCorrected(
            feedback_id=command.feedback_id,
            corrects=command.corrects,
            reason=command.reason,
            text=None if command.void else command.text,
            void=command.void,
        )
    ]


def _feedback(state: RelationshipState, feedback_id: str) -> Feedback:
    feedback = state.feedback.by_id.get(feedback_id)
    if feedback is None:
        raise NotFound("unknown_feedback", "This relationship has no feedback of this id.")
    return feedback


def _must_stand(feedback: Feedback) -> None:
    if feedback.status == VOID:
        raise Refused("feedback_void", "The giver has taken this feedback back; nothing more can be done with it.")
