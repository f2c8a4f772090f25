"""Bodies and queries about programmes."""

from __future__ import annotations

from typing import Any

from marshmallow import fields, post_load

from events.subjects.programme import Policy
from projections.subjects.programme import CLOSED, OPEN, PLANNED
from services.policies import NEEDS, RHYTHMS
from services.web.fields import NAME, Day, Line, Prose, Several, Strict, Whole
from services.web.pages import PageQuery
from services.web.schemas.shared import Command, listed


class PolicyBody(Strict):
    """The rules of a programme; its version number is ours to count."""

    cadence_days = Whole(metadata={"description": "Days between sessions, unless a pair agrees otherwise."})
    feedback_days = Whole(metadata={"description": "Days until unanswered feedback is reminded of."})
    mentor_capacity = Whole(allow_none=True, metadata={"description": "Running relationships per mentor; null: any."})
    cultivation_needs = Several(Line(metadata=listed(NEEDS, "What the stage asks for.")))
    report_every = Line(metadata=listed(RHYTHMS, "How often the audit report is made."))

    @post_load
    def _made(self, data: dict[str, Any], **_: object) -> Policy:
        return Policy(**data)


class _Term(Command):
    name = Line(NAME, required=True)
    starts_on = Day(allow_none=True, metadata={"description": "First day."})
    ends_on = Day(allow_none=True, metadata={"description": "Last day, inclusive."})


class CreateProgrammeBody(_Term):
    """A new programme."""

    policy = fields.Nested(PolicyBody)


class RenameProgrammeBody(_Term):
    """Its whole name and term from now on."""


class RevisePolicyBody(Command):
    """The whole new rules."""

    policy = fields.Nested(PolicyBody, required=True)


class SetDeadlineBody(Command):
    """By when something is due, as the organisers write it."""

    activity = Line(NAME, required=True)
    text = Prose(required=True)


class ProgrammesQuery(PageQuery):
    """Which programmes."""

    status = Line(40, metadata=listed((PLANNED, OPEN, CLOSED), "Only those of this status."))
    search = Line(metadata={"description": "A part of the name."})
