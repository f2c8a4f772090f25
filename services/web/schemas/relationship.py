"""Bodies and queries about a relationship's life, its people and its stages."""

from __future__ import annotations

from projections.subjects.relationship import ACTIVE, CLOSED, DECLINED, PROPOSED, STAGES, WITHDRAWN
from services.decisions.relationship_stage import OUTCOMES
from services.web.fields import Day, Flag, Id, Line, Prose, Several
from services.web.pages import PageQuery
from services.web.schemas.shared import Command, Personal, Reasoned, listed

_STATUSES = (PROPOSED, ACTIVE, DECLINED, WITHDRAWN, CLOSED)


class _Description(Command):
    title = Line()
    unit = Line(metadata={"description": "The team or project it belongs to."})
    sub_unit = Line()
    description = Prose()
    expected_outcome = Prose()
    size = Line()
    skills = Several(Line())
    links = Several(Line(2_000))


class ProposeRelationshipBody(_Description):
    """An offer to work together; mentees may still be to be found."""

    programme_id = Id(required=True)
    mentors = Several(Id(), required=True, metadata={"description": "Person ids."})
    mentees = Several(Id(), metadata={"description": "Person ids."})
    starts_on = Day(allow_none=True)
    ends_on = Day(allow_none=True)


class ReviseRelationshipBody(_Description):
    """What it is about from now on; what is left out stays."""

    minor = Flag(metadata={"description": "Nobody needs to be told."})


class AcceptBody(Command):
    """Who accepts; without a person the organisation writes down that all have."""

    person = Id()


class DeclineBody(Reasoned, Personal):
    """Who declines, and why."""


class WithdrawBody(Reasoned):
    """Who asked for it, and why."""

    person = Id()


class RemoveMentorBody(Reasoned):
    """Who takes over, and why."""

    replaced_by = Several(Id(), metadata={"description": "Person ids; the last mentor needs some."})


class ProposeSeparationBody(Personal):
    """Who proposes to part, why, and which goals were met."""

    reason = Prose(required=True)
    goals_met = Several(Id())


class ChangeStageBody(Command):
    """To which stage and why; without a person the organisation speaks for whoever must."""

    to = Line(40, required=True, metadata=listed(STAGES, "The next stage."))
    reason = Prose(required=True)
    person = Id()
    goals_met = Several(Id())


class CloseBody(Reasoned):
    """How it ends."""

    outcome = Line(40, required=True, metadata=listed(OUTCOMES, "How it ends."))


class RelationshipsQuery(PageQuery):
    """Which relationships."""

    programme = Id()
    person = Id(metadata={"description": "Those in which this person is now."})
    status = Line(40, metadata=listed(_STATUSES, "Only those of this status."))
    search = Line(metadata={"description": "A part of the title."})
