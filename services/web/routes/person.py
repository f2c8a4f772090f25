"""People: registered, corrected, found, and what lies before each."""

from __future__ import annotations

from projections.subjects.person import address_key
from projections.views.agenda import Item
from services.decisions.person import CorrectContact, RegisterPerson
from services.web.answers import One, Written
from services.web.call import Call
from services.web.pages import Page
from services.web.resources.person import Person, person_of
from services.web.schemas.person import CorrectContactBody, PeopleQuery, RegisterPersonBody
from services.web.schemas.shared import AtLeastPage
from services.web.subject import Body, Query, Subject
from services.web.viewed import rows_page

ROUTES = Subject("people", "Mentors, mentees and everybody else whom the organisation knows.")
_ONE = "/people/<uuid:person_id>"


@ROUTES.list("/people", Person, PeopleQuery())
def list_people(call: Call, query: Query) -> Page:
    """List people, or find one by address."""
    if "email" not in query:
        return call.many("person", query, person_of, search=query.get("search"))
    holders = call.services.queries.holders(call.org, f"email/{address_key(query['email'])}")
    found = call.services.queries.some(call.org, holders)
    return Page(items=[person_of(one) for one in found.values()], after=None)


@ROUTES.write("/people", RegisterPersonBody(), creates=True)
def register_person(call: Call, body: Body) -> Written:
    """Register a person."""
    person_id = call.new_id()
    answer = call.handle(RegisterPerson(person_id=person_id, **body))
    return Written(answer=answer, id=person_id, path=f"/people/{person_id}")


@ROUTES.read(_ONE, Person)
def get_person(call: Call, person_id: str) -> One:
    """Read a person's entry."""
    current = call.one("person", person_id)
    return One(body=person_of(current), version=current.version)


@ROUTES.write(f"{_ONE}/correct", CorrectContactBody())
def correct_contact(call: Call, body: Body, person_id: str) -> Written:
    """Correct a person's name, address or time zone."""
    answer = call.handle(CorrectContact(person_id=person_id, **body))
    return Written(answer=answer, id=person_id, path=f"/people/{person_id}")


@ROUTES.list(f"{_ONE}/agenda", Item, AtLeastPage())
def list_agenda(call: Call, query: Query, person_id: str) -> Page:
    """List what lies before a person: sessions, commitments, goals, feedback to answer, proposals."""
    call.one("person", person_id)
    call.await_view("agenda", query.get("at_least"))
    return rows_page(call, query, "agenda", person=person_id)
