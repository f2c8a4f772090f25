"""Who is in a relationship: mentors join and leave, mentees join."""

from __future__ import annotations

from services.decisions.relationship_people import AddMentee, AddMentor, RemoveMentor
from services.web.answers import Written
from services.web.call import Call
from services.web.schemas.relationship import RemoveMentorBody
from services.web.schemas.shared import Personal
from services.web.subject import Body, Subject
from services.web.within import RELATIONSHIP, written

ROUTES = Subject("people of a relationship", "Mentors join, leave and are replaced; mentees join.")


@ROUTES.write(f"{RELATIONSHIP}/mentors", Personal())
def add_mentor(call: Call, body: Body, relationship_id: str) -> Written:
    """Let a mentor join beside the others."""
    programme_id = call.one("relationship", relationship_id).state.programme_id
    command = AddMentor(org=call.org, relationship_id=relationship_id, programme_id=programme_id, **body)
    return written(call, relationship_id, command)


@ROUTES.write(f"{RELATIONSHIP}/mentors/<uuid:person_id>/leave", RemoveMentorBody())
def remove_mentor(call: Call, body: Body, relationship_id: str, person_id: str) -> Written:
    """Let a mentor go, replaced by others or not."""
    programme_id = call.one("relationship", relationship_id).state.programme_id
    ids = {"relationship_id": relationship_id, "programme_id": programme_id, "person": person_id}
    return written(call, relationship_id, RemoveMentor(org=call.org, **ids, **body))


@ROUTES.write(f"{RELATIONSHIP}/mentees", Personal())
def add_mentee(call: Call, body: Body, relationship_id: str) -> Written:
    """Let a mentee join."""
    programme_id = call.one("relationship", relationship_id).state.programme_id
    command = AddMentee(org=call.org, relationship_id=relationship_id, programme_id=programme_id, **body)
    return written(call, relationship_id, command)
