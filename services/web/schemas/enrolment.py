"""Bodies and queries about enrolments."""

from __future__ import annotations

from projections.subjects.enrolment import ENROLLED, ROLES, WITHDRAWN
from services.web.fields import Id, Line, Several, Whole
from services.web.pages import PageQuery
from services.web.schemas.shared import Command, listed

_CAPACITY = {"description": "Running relationships at most; null: as many as the programme's rules say."}


class EnrolBody(Command):
    """A place in a programme."""

    programme_id = Id(required=True)
    person_id = Id(required=True)
    role = Line(40, required=True, metadata=listed(ROLES, "As what."))
    capacity = Whole(allow_none=True, metadata=_CAPACITY)
    skills = Several(Line())


class ChangeCapacityBody(Command):
    """How many relationships a mentor takes."""

    capacity = Whole(required=True, allow_none=True, metadata=_CAPACITY)


class ReEnrolBody(Command):
    """Back in the same role."""

    capacity = Whole(allow_none=True, metadata=_CAPACITY)


class EnrolmentsQuery(PageQuery):
    """Which enrolments."""

    programme = Id()
    person = Id()
    status = Line(40, metadata=listed((ENROLLED, WITHDRAWN), "Only those of this status."))
