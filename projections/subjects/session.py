"""Sessions and commitments as they stand, and the totals that views ask for.

The notes themselves stay in the events: a state says only that there are some. What a correction names is
corrected whenever it arrives; the other facts keep the value that happened last.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any, assert_never

import msgspec
from msgspec.structs import replace

from events.event import Happened
from events.subjects.session import (
    CommitmentKept,
    CommitmentReleased,
    Grow,
    SessionCancelled,
    SessionCorrected,
    SessionHeld,
    SessionMissed,
    SessionScheduled,
)

SessionEvent = (
    SessionScheduled
    | SessionHeld
    | SessionCancelled
    | SessionMissed
    | SessionCorrected
    | CommitmentKept
    | CommitmentReleased
)

PLANNED, HELD, CANCELLED, MISSED, VOID = "planned", "held", "cancelled", "missed", "void"
OPEN, KEPT, RELEASED = "open", "kept", "released"
_EMPTY = Grow()
_MINUTE = timedelta(minutes=1)


class Session(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One session: status is planned, held, cancelled, missed or void (it never took place).

    starts_at is the planned start until it is held, then the real one; versions are the stream versions of
    its events, which a correction may name; corrected_by is the version of the last correction.
    """

    status: str
    status_at: datetime
    starts_at: datetime | None = None
    minutes: int = 0
    zone: str = "UTC"
    channel: str = ""
    notes: bool = False
    mentee_talked: int | None = None
    absent: tuple[str, ...] = ()
    corrected: bool = False
    corrected_by: int | None = None
    versions: tuple[int, ...] = ()


class Pledge(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One commitment: status is open, kept, released, or void with the session that made it."""

    session_id: str
    owner: str
    text: str
    due_on: date
    status: str = OPEN
    status_at: datetime


class Sessions(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """All sessions and commitments of one relationship by id, in the order in which they were written."""

    by_id: dict[str, Session] = {}
    commitments: dict[str, Pledge] = {}

    @property
    def held(self) -> int:
        """How many sessions took place."""
        return sum(one.status == HELD for one in self.by_id.values())

    @property
    def minutes_held(self) -> int:
        """Minutes of all sessions that took place."""
        return sum(one.minutes for one in self.by_id.values() if one.status == HELD)

    @property
    def last_held_at(self) -> datetime | None:
        """When the last session that took place began; None when none did."""
        held = (one.starts_at for one in self.by_id.values() if one.status == HELD)
        return max((start for start in held if start is not None), default=None)

    @property
    def commitments_open(self) -> int:
        """How many commitments are neither kept nor released."""
        return sum(one.status == OPEN for one in self.commitments.values())


def evolve(sessions: Sessions, happened: Happened[SessionEvent]) -> Sessions:
    """The sessions after one more event; one about an unknown session or commitment changes nothing."""
    data, at = happened.data, happened.occurred_at
    match data:
        case SessionScheduled():
            return _scheduled(sessions, data, happened)
        case SessionHeld():
            return _held(sessions, data, happened)
        case SessionCancelled():
            return _ended(sessions, data.session_id, happened, status=CANCELLED)
        case SessionMissed():
            return _ended(sessions, data.session_id, happened, status=MISSED, absent=data.absent)
        case SessionCorrected():
            return _corrected(sessions, data, happened)
        case CommitmentKept():
            return _settled(sessions, data.commitment_id, KEPT, at)
        case CommitmentReleased():
            return _settled(sessions, data.commitment_id, RELEASED, at)
        case _:
            assert_never(data)


def minutes_between(start: datetime, end: datetime) -> int:
    """Whole minutes from start to end."""
    return (end - start) // _MINUTE


def _with(sessions: Sessions, session_id: str, session: Session) -> Sessions:
    return replace(sessions, by_id={**sessions.by_id, session_id: session})


def _scheduled(sessions: Sessions, data: SessionScheduled, happened: Happened[SessionEvent]) -> Sessions:
    if data.session_id in sessions.by_id:
        return sessions
    planned = Session(
        status=PLANNED,
        status_at=happened.occurred_at,
        starts_at=data.starts_at,
        minutes=data.minutes,
        zone=data.zone,
        channel=data.channel,
        versions=(happened.stream_version,),
    )
    return _with(sessions, data.session_id, planned)


def _held(sessions: Sessions, data: SessionHeld, happened: Happened[SessionEvent]) -> Sessions:
    before = sessions.by_id.get(data.session_id) or Session(status=PLANNED, status_at=happened.occurred_at)
    held = _end(
        before,
        happened,
        status=HELD,
        starts_at=data.started_at,
        minutes=minutes_between(data.started_at, data.ended_at),
        notes=data.notes != _EMPTY,
        mentee_talked=data.mentee_talked,
    )
    made = {
        one.commitment_id: Pledge(
            session_id=data.session_id,
            owner=one.owner,
            text=one.text,
            due_on=one.due_on,
            status_at=happened.occurred_at,
        )
        for one in data.commitments
        if one.commitment_id not in sessions.commitments
    }
    return Sessions(
        by_id={**sessions.by_id, data.session_id: held},
        commitments={**sessions.commitments, **made} if made else sessions.commitments,
    )


def _ended(sessions: Sessions, session_id: str, happened: Happened[SessionEvent], **fields: Any) -> Sessions:
    session = sessions.by_id.get(session_id)
    return sessions if session is None else _with(sessions, session_id, _end(session, happened, **fields))


def _end(session: Session, happened: Happened[SessionEvent], **fields: Any) -> Session:
    """The session with its end: a plan always gives way, of two ends the one that happened last stands."""
    versions = (*session.versions, happened.stream_version)
    late = session.status != PLANNED and happened.occurred_at < session.status_at
    if session.status == VOID or late:
        return replace(session, versions=versions)
    return replace(session, versions=versions, status_at=happened.occurred_at, **fields)


def _corrected(sessions: Sessions, data: SessionCorrected, happened: Happened[SessionEvent]) -> Sessions:
    session = sessions.by_id.get(data.session_id)
    if session is None:
        return sessions
    start, end = corrected_times(session, data)
    changed = replace(
        session,
        status=VOID if data.void else session.status,
        status_at=happened.occurred_at if data.void else session.status_at,
        starts_at=start,
        minutes=session.minutes if start is None or end is None else minutes_between(start, end),
        notes=session.notes if data.notes is None else data.notes != _EMPTY,
        mentee_talked=session.mentee_talked if data.mentee_talked is None else data.mentee_talked,
        corrected=True,
        corrected_by=happened.stream_version,
        versions=(*session.versions, happened.stream_version),
    )
    after = _with(sessions, data.session_id, changed)
    return _voided(after, data.session_id, happened.occurred_at) if data.void else after


def corrected_times(session: Session, data: SessionCorrected) -> tuple[datetime | None, datetime | None]:
    """Start and end after a correction: the end that is not given stays where it was."""
    was = session.starts_at
    end = data.ended_at or (None if was is None else was + session.minutes * _MINUTE)
    return data.started_at or was, end


def _voided(sessions: Sessions, session_id: str, at: datetime) -> Sessions:
    commitments = {
        key: replace(one, status=VOID, status_at=at) if one.session_id == session_id else one
        for key, one in sessions.commitments.items()
    }
    return replace(sessions, commitments=commitments)


def _settled(sessions: Sessions, commitment_id: str, status: str, at: datetime) -> Sessions:
    one = sessions.commitments.get(commitment_id)
    if one is None or one.status == VOID or (one.status != OPEN and at < one.status_at):
        return sessions
    settled = replace(one, status=status, status_at=at)
    return replace(sessions, commitments={**sessions.commitments, commitment_id: settled})
