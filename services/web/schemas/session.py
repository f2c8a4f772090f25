"""Bodies about sessions and their commitments."""

from __future__ import annotations

from typing import Any

from marshmallow import fields, post_load

from events.subjects.session import Grow
from services.web.fields import Day, Flag, Id, Line, Moment, Prose, Several, Strict, Whole
from services.web.schemas.shared import Command, Reasoned

_PERCENT = {"minimum": 0, "maximum": 100, "description": "How much of the time the mentees spoke, in percent."}


class GrowBody(Strict):
    """Notes under the four headings of GROW."""

    goal = Prose()
    reality = Prose()
    options = Prose()
    way_forward = Prose()

    @post_load
    def _made(self, data: dict[str, Any], **_: object) -> Grow:
        return Grow(**data)


class CommitmentBody(Strict):
    """One item of the way forward: who does what by when."""

    owner = Id(required=True)
    text = Prose(2_000, required=True)
    due_on = Day(required=True)


class ScheduleSessionBody(Command):
    """A session to come; zone is the time zone in which its time was agreed."""

    starts_at = Moment(required=True)
    minutes = Whole(required=True)
    zone = Line(60, metadata={"description": "IANA time zone, such as Europe/Paris; UTC unless given."})
    channel = Line()


class HoldSessionBody(Strict):
    """A session that took place."""

    started_at = Moment(required=True)
    ended_at = Moment(required=True)
    notes = fields.Nested(GrowBody)
    commitments = Several(fields.Nested(CommitmentBody))
    mentee_talked = Whole(allow_none=True, metadata=_PERCENT)


class CancelSessionBody(Reasoned):
    """Who calls it off."""

    by = Id(required=True)


class MarkMissedBody(Command):
    """Who did not come."""

    absent = Several(Id(), required=True)


class CorrectSessionBody(Command):
    """The right values of what a version of the stream said; void: it never took place."""

    corrects = Whole(required=True)
    reason = Prose(required=True)
    started_at = Moment()
    ended_at = Moment()
    notes = fields.Nested(GrowBody)
    mentee_talked = Whole(metadata=_PERCENT)
    void = Flag()


class KeepCommitmentBody(Command):
    """What was done."""

    note = Prose()


class ReleaseCommitmentBody(Command):
    """Why the owner is let off."""

    reason = Prose(required=True)
