"""Sessions by the GROW model: planned, held, cancelled, missed, corrected."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import assert_never

from events.event import Event, utc
from events.subjects.session import (
    Commitment,
    Grow,
    SessionCancelled,
    SessionCorrected,
    SessionHeld,
    SessionMissed,
    SessionScheduled,
)
from projections.subjects.relationship import RelationshipState
from projections.subjects.session import (
    CANCELLED,
    HELD,
    MISSED,
    PLANNED,
    VOID,
    Session,
    corrected_times,
    minutes_between,
)
from services.decisions.commitment import check_commitments
from services.errors import NotFound, Refused
from services.within import (
    WithinRelationship,
    moment,
    must_be_percent,
    must_belong,
    must_run,
    must_say,
    zone_exists,
)
from services.world import World

SHORTEST, LONGEST = 5, 24 * 60
_DAY = timedelta(hours=24)


class ScheduleSession(WithinRelationship, frozen=True, kw_only=True):
    """Plan a session under a new id; zone is the IANA zone in which starts_at was agreed."""

    session_id: str
    starts_at: datetime
    minutes: int
    zone: str = "UTC"
    channel: str = ""
    occurred_at: datetime | None = None


class HoldSession(WithinRelationship, frozen=True, kw_only=True):
    """Write down a session that took place, planned or not; the commitments are its way forward."""

    session_id: str
    started_at: datetime
    ended_at: datetime
    notes: Grow = Grow()
    commitments: tuple[Commitment, ...] = ()
    mentee_talked: int | None = None

    @property
    def occurred_at(self) -> datetime:
        """A session has happened when it ends, however late it is written down."""
        return self.ended_at


class CancelSession(WithinRelationship, frozen=True, kw_only=True):
    """Call a planned session off; by is the person who does."""

    session_id: str
    by: str
    reason: str = ""
    occurred_at: datetime | None = None


class MarkMissed(WithinRelationship, frozen=True, kw_only=True):
    """Write down that a planned session failed because people (ids) did not come."""

    session_id: str
    absent: tuple[str, ...]
    occurred_at: datetime | None = None


class CorrectSession(WithinRelationship, frozen=True, kw_only=True):
    """Correct what was written of a session; corrects is the stream version of that event.

    None leaves a value as it is; void says that the session never took place.
    """

    session_id: str
    corrects: int
    reason: str
    started_at: datetime | None = None
    ended_at: datetime | None = None
    notes: Grow | None = None
    mentee_talked: int | None = None
    void: bool = False
    occurred_at: datetime | None = None


SessionCommand = ScheduleSession | HoldSession | CancelSession | MarkMissed | CorrectSession


def decide(command: SessionCommand, state: RelationshipState, world: World) -> list[Event]:
    """The events of a session command."""
    must_run(state)
    match command:
        case ScheduleSession():
            return _schedule(command, state.sessions.by_id.get(command.session_id), world)
        case HoldSession():
            return _hold(command, state, world)
        case CancelSession():
            return _cancel(command, state)
        case MarkMissed():
            return _miss(command, state, world)
        case CorrectSession():
            return _correct(command, _session(state, command.session_id), world)
        case _:
            assert_never(command)


def _schedule(command: ScheduleSession, session: Session | None, world: World) -> list[Event]:
    starts_at = utc(command.starts_at)
    if session is not None:
        if (session.status, session.starts_at, session.minutes) == (PLANNED, starts_at, command.minutes):
            return []
        raise Refused("session_exists", "This session id is taken by another session; plan it under a new id.")
    if not zone_exists(command.zone):
        raise Refused(
            "unknown_zone",
            f"There is no time zone {command.zone!r}; use a name such as Europe/Paris.",
            zone=command.zone,
        )
    if not SHORTEST <= command.minutes <= LONGEST:
        raise Refused(
            "minutes_out_of_range",
            f"A session is planned for {SHORTEST} to {LONGEST} minutes, not {command.minutes}.",
            minutes=command.minutes,
        )
    if starts_at <= moment(command.occurred_at, world):
        raise Refused("session_in_past", "A session is planned ahead; write a past one down as held.")
    return [
        SessionScheduled(
            session_id=command.session_id,
            starts_at=starts_at,
            minutes=command.minutes,
            zone=command.zone,
            channel=command.channel,
        )
    ]


def _hold(command: HoldSession, state: RelationshipState, world: World) -> list[Event]:
    started_at, ended_at = utc(command.started_at), utc(command.ended_at)
    session = state.sessions.by_id.get(command.session_id)
    if session is not None and session.status == HELD:
        if (session.starts_at, session.minutes) == (started_at, minutes_between(started_at, ended_at)):
            return []
        raise Refused("session_already_held", "This session is written down already; correct it instead.")
    if session is not None:
        _must_be_planned(session)
    _must_fit(started_at, ended_at, world.now)
    must_be_percent(command.mentee_talked, "How much the mentee talked")
    check_commitments(command.commitments, state, started_at)
    return [
        SessionHeld(
            session_id=command.session_id,
            started_at=started_at,
            ended_at=ended_at,
            notes=command.notes,
            commitments=command.commitments,
            mentee_talked=command.mentee_talked,
        )
    ]


def _cancel(command: CancelSession, state: RelationshipState) -> list[Event]:
    session = _session(state, command.session_id)
    must_belong(state, command.by, "person who cancels")
    if session.status == CANCELLED:
        return []
    _must_be_planned(session)
    return [SessionCancelled(session_id=command.session_id, by=command.by, reason=command.reason)]


def _miss(command: MarkMissed, state: RelationshipState, world: World) -> list[Event]:
    session = _session(state, command.session_id)
    if not command.absent:
        raise Refused("nobody_absent", "Say who did not come; if nobody could, cancel the session.")
    for person in command.absent:
        must_belong(state, person, "absent person")
    if session.status == MISSED and set(session.absent) == set(command.absent):
        return []
    _must_be_planned(session)
    if session.starts_at is not None and session.starts_at > world.now:
        raise Refused("session_in_future", "The session has not begun yet; cancel it if it will not take place.")
    return [SessionMissed(session_id=command.session_id, absent=command.absent)]


def _correct(command: CorrectSession, session: Session, world: World) -> list[Event]:
    if session.status == VOID:
        raise Refused("session_void", "This session was taken back already; write the real one down anew.")
    if command.corrects not in session.versions:
        raise Refused(
            "corrects_nothing",
            f"Version {command.corrects} is not about this session; name one that is.",
            corrects=command.corrects,
            possible=list(session.versions),
        )
    must_say(command.reason, "reason_required", "Say what was wrong; a correction is shown with its reason.")
    event = _correction(command)
    if not command.void:
        _check_values(event, session, world)
    return [] if _already(event, session) else [event]


def _correction(command: CorrectSession) -> SessionCorrected:
    return SessionCorrected(
        session_id=command.session_id,
        corrects=command.corrects,
        reason=command.reason,
        started_at=None if command.started_at is None else utc(command.started_at),
        ended_at=None if command.ended_at is None else utc(command.ended_at),
        notes=command.notes,
        mentee_talked=command.mentee_talked,
        void=command.void,
    )


def _values(event: SessionCorrected) -> tuple[object, ...]:
    return (event.started_at, event.ended_at, event.notes, event.mentee_talked)


def _check_values(event: SessionCorrected, session: Session, world: World) -> None:
    if _values(event) == (None, None, None, None):
        raise Refused("nothing_to_correct", "Give the right value of something, or say that it never took place.")
    if session.status != HELD:
        raise Refused(
            "session_not_held",
            f"The session is {session.status}: only what was held has values; take it back (void).",
            status=session.status,
        )
    start, end = corrected_times(session, event)
    if start is not None and end is not None:
        _must_fit(start, end, world.now)
    must_be_percent(event.mentee_talked, "How much the mentee talked")


def _already(event: SessionCorrected, session: Session) -> bool:
    """Whether the state says the same; notes are not in it, so new notes always count as a change."""
    start, end = corrected_times(session, event)
    same_time = (
        start is None or end is None or (start, minutes_between(start, end)) == (session.starts_at, session.minutes)
    )
    same_talk = event.mentee_talked is None or event.mentee_talked == session.mentee_talked
    return not event.void and event.notes is None and same_time and same_talk


def _session(state: RelationshipState, session_id: str) -> Session:
    session = state.sessions.by_id.get(session_id)
    if session is None:
        raise NotFound("unknown_session", "This relationship has no session of this id.")
    return session


def _must_be_planned(session: Session) -> None:
    if session.status != PLANNED:
        raise Refused(
            "session_not_planned",
            f"The session is {session.status} already; correct that, or use a new session.",
            status=session.status,
        )


def _must_fit(started_at: datetime, ended_at: datetime, now: datetime) -> None:
    if ended_at <= started_at:
        raise Refused("ends_before_start", "The session ends before it begins; check the two times.")
    if ended_at - started_at > _DAY:
        raise Refused("session_too_long", "A session lasts 24 hours at most; check the two times.")
    if ended_at > now:
        raise Refused("session_in_future", "The session is not over yet; write it down when it has taken place.")
