"""Feedback between the people of a relationship. In the relationship's stream."""

from __future__ import annotations

from events.event import Event


class FeedbackGiven(Event):
    """One person gives another praise, constructive feedback or a challenge."""

    TYPE = "relationship.feedback_given"
    feedback_id: str
    giver: str
    receiver: str
    sort: str
    text: str
    about: str = ""


class FeedbackAcknowledged(Event):
    """The receiver has read it, and may answer."""

    TYPE = "relationship.feedback_acknowledged"
    feedback_id: str
    answer: str = ""


class FeedbackCorrected(Event):
    """The giver takes back or rewrites a feedback; corrects is the stream version of the event that gave it."""

    TYPE = "relationship.feedback_corrected"
    feedback_id: str
    corrects: int
    reason: str
    text: str | None = None
    void: bool = False
