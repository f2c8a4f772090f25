"""Bodies about feedback."""

from __future__ import annotations

from services.decisions.feedback import SORTS
from services.web.fields import Flag, Id, Line, Prose, Whole
from services.web.schemas.shared import Command, Personal, listed


class GiveFeedbackBody(Command):
    """Who says what to whom."""

    giver = Id(required=True)
    receiver = Id(required=True)
    sort = Line(40, required=True, metadata=listed(SORTS, "Of which sort."))
    text = Prose(required=True)
    about = Line()


class AcknowledgeFeedbackBody(Personal):
    """Who has read it, and the answer."""

    answer = Prose()


class CorrectFeedbackBody(Personal):
    """The right text of what a version of the stream said; void: it is taken back."""

    corrects = Whole(required=True)
    reason = Prose(required=True)
    text = Prose()
    void = Flag()
