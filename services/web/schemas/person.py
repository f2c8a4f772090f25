"""Bodies and queries about people."""

from __future__ import annotations

from services.web.fields import NAME, Line
from services.web.pages import PageQuery
from services.web.schemas.shared import Command

_ADDRESS = 254


class RegisterPersonBody(Command):
    """A new person."""

    name = Line(NAME, required=True)
    email = Line(_ADDRESS, allow_none=True)
    zone = Line(60, metadata={"description": "IANA time zone, such as Europe/Paris; UTC unless given."})
    ref = Line(NAME, allow_none=True, metadata={"description": "The organisation's own reference."})


class CorrectContactBody(Command):
    """What was wrong; what is left out stays."""

    name = Line(NAME)
    email = Line(_ADDRESS)
    zone = Line(60, metadata={"description": "IANA time zone, such as Europe/Paris."})


class PeopleQuery(PageQuery):
    """Which people."""

    search = Line(metadata={"description": "A part of the name."})
    email = Line(_ADDRESS, metadata={"description": "The whole address; letter case does not count."})
