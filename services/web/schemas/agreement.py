"""Bodies about fit and agreement."""

from __future__ import annotations

from services.web.fields import Flag, Line, Prose, Whole
from services.web.schemas.shared import Command, Personal


class AssessFitBody(Personal):
    """Who says whether the partner fits."""

    fits = Flag(required=True)
    note = Prose()


class MakeAgreementBody(Command):
    """The terms that both sides settle."""

    cadence_days = Whole(required=True, metadata={"description": "Days between sessions."})
    channel = Line()
    confidentiality = Prose()
    working_style = Prose()
