"""Sessions of a relationship: planned, held, cancelled, missed, corrected."""

from __future__ import annotations

from typing import Any

from events.subjects.session import Commitment
from services.decisions.session import CancelSession, CorrectSession, HoldSession, MarkMissed, ScheduleSession
from services.web.answers import One, Written
from services.web.call import Call
from services.web.pages import Page
from services.web.resources.part import SessionOfPair, session_of
from services.web.schemas.session import (
    CancelSessionBody,
    CorrectSessionBody,
    HoldSessionBody,
    MarkMissedBody,
    ScheduleSessionBody,
)
from services.web.subject import Body, Query, Subject
from services.web.within import RELATIONSHIP, part, parts_page, written_part
from services.world import Command

ROUTES = Subject("sessions", "Sessions by the GROW model: goal, reality, options, way forward.")
_ONE = f"{RELATIONSHIP}/sessions/<uuid:session_id>"


def _written(call: Call, relationship_id: str, session_id: str, command: Command) -> Written:
    return written_part(call, relationship_id, "sessions", session_id, command)


@ROUTES.list(f"{RELATIONSHIP}/sessions", SessionOfPair)
def list_sessions(call: Call, query: Query, relationship_id: str) -> Page:
    """List the sessions of a relationship."""
    return parts_page(query, call.one("relationship", relationship_id).state.sessions.by_id, session_of)


@ROUTES.write(f"{RELATIONSHIP}/sessions", ScheduleSessionBody(), creates=True)
def schedule_session(call: Call, body: Body, relationship_id: str) -> Written:
    """Plan a session."""
    session_id = call.new_id()
    command = ScheduleSession(relationship_id=relationship_id, session_id=session_id, **body)
    return _written(call, relationship_id, session_id, command)


@ROUTES.write(f"{RELATIONSHIP}/sessions/held", HoldSessionBody(), creates=True)
def log_session(call: Call, body: Body, relationship_id: str) -> Written:
    """Write down a session that took place without having been planned."""
    return _hold(call, body, relationship_id, call.new_id())


@ROUTES.read(_ONE, SessionOfPair)
def get_session(call: Call, relationship_id: str, session_id: str) -> One:
    """Read a session."""
    current = call.one("relationship", relationship_id)
    return part(current.state.sessions.by_id, "session", session_id, current.version, session_of)


@ROUTES.write(f"{_ONE}/hold", HoldSessionBody())
def hold_session(call: Call, body: Body, relationship_id: str, session_id: str) -> Written:
    """Write down that a planned session took place."""
    planned = call.one("relationship", relationship_id).state.sessions.by_id
    part(planned, "session", session_id, 0, session_of)
    return _hold(call, body, relationship_id, session_id)


@ROUTES.write(f"{_ONE}/cancel", CancelSessionBody())
def cancel_session(call: Call, body: Body, relationship_id: str, session_id: str) -> Written:
    """Call a planned session off."""
    command = CancelSession(relationship_id=relationship_id, session_id=session_id, **body)
    return _written(call, relationship_id, session_id, command)


@ROUTES.write(f"{_ONE}/missed", MarkMissedBody())
def mark_missed(call: Call, body: Body, relationship_id: str, session_id: str) -> Written:
    """Write down that a planned session failed because somebody did not come."""
    command = MarkMissed(relationship_id=relationship_id, session_id=session_id, **body)
    return _written(call, relationship_id, session_id, command)


@ROUTES.write(f"{_ONE}/correct", CorrectSessionBody())
def correct_session(call: Call, body: Body, relationship_id: str, session_id: str) -> Written:
    """Correct what was written of a session."""
    command = CorrectSession(relationship_id=relationship_id, session_id=session_id, **body)
    return _written(call, relationship_id, session_id, command)


def _hold(call: Call, body: Body, relationship_id: str, session_id: str) -> Written:
    commitments = tuple(_commitments(call, body.pop("commitments", ())))
    command = HoldSession(relationship_id=relationship_id, session_id=session_id, commitments=commitments, **body)
    return _written(call, relationship_id, session_id, command)


def _commitments(call: Call, items: tuple[dict[str, Any], ...]) -> list[Commitment]:
    return [Commitment(commitment_id=call.new_id(f"commitment/{number}"), **item) for number, item in enumerate(items)]
