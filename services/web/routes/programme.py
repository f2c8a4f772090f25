"""Programmes: made, renamed, ruled, opened, closed, and seen at a glance."""

from __future__ import annotations

from projections.views.overview import Line
from services.decisions.programme import (
    CloseProgramme,
    CreateProgramme,
    OpenProgramme,
    RenameProgramme,
    RevisePolicy,
    SetDeadline,
)
from services.web.answers import File, One, Written
from services.web.call import Call
from services.web.pages import Page
from services.web.resources.programme import Programme, ProgrammeOverview, programme_of
from services.web.rosters import CSV, roster_file
from services.web.schemas.programme import (
    CreateProgrammeBody,
    ProgrammesQuery,
    RenameProgrammeBody,
    RevisePolicyBody,
    SetDeadlineBody,
)
from services.web.schemas.shared import AtLeast, AtLeastPage, Command, Reasoned
from services.web.subject import Body, Query, Subject
from services.web.viewed import rows_page, totals
from services.world import Command as AnyCommand

ROUTES = Subject("programmes", "Programmes of the organisation, their rules and their numbers.")
_ONE = "/programmes/<uuid:programme_id>"


def _written(call: Call, programme_id: str, command: AnyCommand) -> Written:
    return Written(answer=call.handle(command), id=programme_id, path=f"/programmes/{programme_id}")


@ROUTES.list("/programmes", Programme, ProgrammesQuery())
def list_programmes(call: Call, query: Query) -> Page:
    """List programmes."""
    return call.many("programme", query, programme_of, status=query.get("status"), search=query.get("search"))


@ROUTES.write("/programmes", CreateProgrammeBody(), creates=True, scope="admin")
def create_programme(call: Call, body: Body) -> Written:
    """Create a programme; it is planned until it is opened."""
    programme_id = call.new_id()
    return _written(call, programme_id, CreateProgramme(programme_id=programme_id, **body))


@ROUTES.read(_ONE, Programme)
def get_programme(call: Call, programme_id: str) -> One:
    """Read a programme."""
    current = call.one("programme", programme_id)
    return One(body=programme_of(current), version=current.version)


@ROUTES.write(f"{_ONE}/rename", RenameProgrammeBody(), scope="admin")
def rename_programme(call: Call, body: Body, programme_id: str) -> Written:
    """Give a programme another name or another term."""
    return _written(call, programme_id, RenameProgramme(programme_id=programme_id, **body))


@ROUTES.write(f"{_ONE}/policy", RevisePolicyBody(), scope="admin")
def revise_policy(call: Call, body: Body, programme_id: str) -> Written:
    """Change the rules of a programme."""
    return _written(call, programme_id, RevisePolicy(programme_id=programme_id, **body))


@ROUTES.write(f"{_ONE}/open", Command(), scope="admin")
def open_programme(call: Call, body: Body, programme_id: str) -> Written:
    """Allow enrolment and proposals."""
    return _written(call, programme_id, OpenProgramme(programme_id=programme_id, **body))


@ROUTES.write(f"{_ONE}/close", Reasoned(), scope="admin")
def close_programme(call: Call, body: Body, programme_id: str) -> Written:
    """Allow no new enrolment or proposal; running relationships go on."""
    return _written(call, programme_id, CloseProgramme(programme_id=programme_id, **body))


@ROUTES.write(f"{_ONE}/deadlines", SetDeadlineBody(), scope="admin")
def set_deadline(call: Call, body: Body, programme_id: str) -> Written:
    """Say by when an activity of the programme is due."""
    return _written(call, programme_id, SetDeadline(programme_id=programme_id, **body))


@ROUTES.read(f"{_ONE}/overview", ProgrammeOverview, AtLeast())
def get_overview(call: Call, query: Query, programme_id: str) -> One:
    """See a programme at a glance: the totals of its relationships."""
    programme = call.one("programme", programme_id).state
    position = call.await_view("overview", query.get("at_least"))
    found = totals(call, programme_id, programme.policy.cadence_days)
    return One(body=ProgrammeOverview(programme_id=programme_id, name=programme.name, position=position, totals=found))


@ROUTES.file(f"{_ONE}/roster.csv", CSV)
def get_roster(call: Call, programme_id: str) -> File:
    """Read the running relationships as a CSV roster, in the columns that an import reads."""
    call.one("programme", programme_id)
    return roster_file(call, programme_id)


@ROUTES.list(f"{_ONE}/lines", Line, AtLeastPage())
def list_lines(call: Call, query: Query, programme_id: str) -> Page:
    """List the relationships of a programme with the numbers of each, one line per relationship."""
    call.one("programme", programme_id)
    call.await_view("overview", query.get("at_least"))
    return rows_page(call, query, "overview", scope=programme_id)
