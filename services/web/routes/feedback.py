"""Feedback between the people of a relationship."""

from __future__ import annotations

from services.decisions.feedback import AcknowledgeFeedback, CorrectFeedback, GiveFeedback
from services.web.answers import One, Written
from services.web.call import Call
from services.web.pages import Page
from services.web.resources.part import FeedbackOfPair, feedback_of
from services.web.schemas.feedback import AcknowledgeFeedbackBody, CorrectFeedbackBody, GiveFeedbackBody
from services.web.subject import Body, Query, Subject
from services.web.within import RELATIONSHIP, part, parts_page, written_part
from services.world import Command

ROUTES = Subject("feedback", "Praise, constructive feedback and challenges: given, acknowledged, corrected.")
_ONE = f"{RELATIONSHIP}/feedback/<uuid:feedback_id>"


def _written(call: Call, relationship_id: str, feedback_id: str, command: Command) -> Written:
    return written_part(call, relationship_id, "feedback", feedback_id, command)


@ROUTES.list(f"{RELATIONSHIP}/feedback", FeedbackOfPair)
def list_feedback(call: Call, query: Query, relationship_id: str) -> Page:
    """List the feedback of a relationship."""
    return parts_page(query, call.one("relationship", relationship_id).state.feedback.by_id, feedback_of)


@ROUTES.write(f"{RELATIONSHIP}/feedback", GiveFeedbackBody(), creates=True)
def give_feedback(call: Call, body: Body, relationship_id: str) -> Written:
    """Give feedback."""
    feedback_id = call.new_id()
    command = GiveFeedback(relationship_id=relationship_id, feedback_id=feedback_id, **body)
    return _written(call, relationship_id, feedback_id, command)


@ROUTES.read(_ONE, FeedbackOfPair)
def get_feedback(call: Call, relationship_id: str, feedback_id: str) -> One:
    """Read who gave which feedback to whom, and whether it was answered."""
    current = call.one("relationship", relationship_id)
    return part(current.state.feedback.by_id, "feedback", feedback_id, current.version, feedback_of)


@ROUTES.write(f"{_ONE}/acknowledge", AcknowledgeFeedbackBody())
def acknowledge_feedback(call: Call, body: Body, relationship_id: str, feedback_id: str) -> Written:
    """Say that it was read, and answer."""
    command = AcknowledgeFeedback(relationship_id=relationship_id, feedback_id=feedback_id, **body)
    return _written(call, relationship_id, feedback_id, command)


@ROUTES.write(f"{_ONE}/correct", CorrectFeedbackBody())
def correct_feedback(call: Call, body: Body, relationship_id: str, feedback_id: str) -> Written:
    """Rewrite feedback or take it back."""
    command = CorrectFeedback(relationship_id=relationship_id, feedback_id=feedback_id, **body)
    return _written(call, relationship_id, feedback_id, command)
