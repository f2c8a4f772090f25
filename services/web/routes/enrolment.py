"""Enrolments: people's places in programmes."""

from __future__ import annotations

from services.decisions.enrolment import ChangeCapacity, Enrol, ReEnrol, WithdrawEnrolment
from services.web.answers import One, Written
from services.web.call import Call
from services.web.pages import Page
from services.web.resources.enrolment import Enrolment, enrolment_of
from services.web.schemas.enrolment import ChangeCapacityBody, EnrolBody, EnrolmentsQuery, ReEnrolBody
from services.web.schemas.shared import Reasoned
from services.web.subject import Body, Query, Subject
from services.world import Command

ROUTES = Subject("enrolments", "Who takes part in which programme, as mentor or mentee.")
_ONE = "/enrolments/<uuid:enrolment_id>"


def _written(call: Call, command: Command) -> Written:
    return Written(answer=call.handle(command), id=command.target, path=f"/enrolments/{command.target}")


@ROUTES.list("/enrolments", Enrolment, EnrolmentsQuery())
def list_enrolments(call: Call, query: Query) -> Page:
    """List enrolments of a programme, of a person, or all."""
    filters = {"scope": query.get("programme"), "member": query.get("person"), "status": query.get("status")}
    return call.many("enrolment", query, enrolment_of, **filters)


@ROUTES.write("/enrolments", EnrolBody(), creates=True)
def enrol(call: Call, body: Body) -> Written:
    """Enrol a person in a programme."""
    return _written(call, Enrol(org=call.org, **body))


@ROUTES.read(_ONE, Enrolment)
def get_enrolment(call: Call, enrolment_id: str) -> One:
    """Read an enrolment."""
    current = call.one("enrolment", enrolment_id)
    return One(body=enrolment_of(current), version=current.version)


@ROUTES.write(f"{_ONE}/capacity", ChangeCapacityBody())
def change_capacity(call: Call, body: Body, enrolment_id: str) -> Written:
    """Take more or fewer relationships; what runs already goes on."""
    return _written(call, ChangeCapacity(enrolment_id=enrolment_id, **body))


@ROUTES.write(f"{_ONE}/withdraw", Reasoned())
def withdraw_enrolment(call: Call, body: Body, enrolment_id: str) -> Written:
    """Leave the programme in this role; running relationships go on."""
    return _written(call, WithdrawEnrolment(enrolment_id=enrolment_id, **body))


@ROUTES.write(f"{_ONE}/re-enrol", ReEnrolBody())
def re_enrol(call: Call, body: Body, enrolment_id: str) -> Written:
    """Come back in the same role."""
    programme_id = call.one("enrolment", enrolment_id).state.programme_id
    return _written(call, ReEnrol(enrolment_id=enrolment_id, programme_id=programme_id, **body))
