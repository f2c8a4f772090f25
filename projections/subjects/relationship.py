"""One relationship: its description, its course and people, and the parts that live in its stream.

Goals, sessions, feedback, agreement and reminders have files of their own. What may be told late is kept with
the moment that set it, so that the fold of what had happened by a moment is what was the case then.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import assert_never, cast

import msgspec
from msgspec.structs import replace

from events.event import Happened
from events.subjects.agreement import AgreementMade, FitAssessed
from events.subjects.feedback import FeedbackAcknowledged, FeedbackCorrected, FeedbackGiven
from events.subjects.goal import GoalAchieved, GoalDropped, GoalProgressed, GoalRevised, GoalSet
from events.subjects.relationship import (
    AcceptanceUndone,
    Accepted,
    Closed,
    Declined,
    LinkChanged,
    MenteeJoined,
    MentorJoined,
    MentorLeft,
    Moved,
    Proposed,
    Registered,
    Reinstated,
    Revised,
    SeparationProposed,
    StageChanged,
    Withdrawn,
)
from events.subjects.reminder import ReminderFailed, ReminderSent, ReminderSuppressed
from events.subjects.session import (
    CommitmentKept,
    CommitmentReleased,
    SessionCancelled,
    SessionCorrected,
    SessionHeld,
    SessionMissed,
    SessionScheduled,
)
from projections.fold import Card, Fold
from projections.subjects.agreement import Agreement, AgreementEvent, Fit, agreed, assessed
from projections.subjects.feedback import FeedbackEvent, Feedbacks
from projections.subjects.feedback import evolve as evolve_feedback
from projections.subjects.goal import GoalEvent, Goals
from projections.subjects.goal import evolve as evolve_goals
from projections.subjects.relationship_course import (
    ACTIVE,
    CLOSED,
    CULTIVATION,
    DECLINED,
    INITIATION,
    MENTEE,
    MENTOR,
    PROPOSED,
    SEPARATION,
    STAGES,
    WITHDRAWN,
    Course,
    Member,
    take,
)
from projections.subjects.relationship_description import Description, linked, revised, told
from projections.subjects.relationship_turns import CourseEvent, turn_of
from projections.subjects.reminder import ReminderEvent, Reminders
from projections.subjects.reminder import evolve as evolve_reminders
from projections.subjects.session import SessionEvent, Sessions
from projections.subjects.session import evolve as evolve_sessions

# The words of the course belong to whoever reads the state.
__all__ = [
    "ACTIVE",
    "CLOSED",
    "CULTIVATION",
    "DECLINED",
    "FOLD",
    "INITIATION",
    "MENTEE",
    "MENTOR",
    "PROPOSED",
    "SEPARATION",
    "STAGES",
    "WITHDRAWN",
    "Member",
    "RelationshipEvent",
    "RelationshipState",
    "Separation",
    "evolve",
]

DescriptionEvent = Revised | LinkChanged
RelationshipEvent = (
    CourseEvent
    | DescriptionEvent
    | SeparationProposed
    | AgreementEvent
    | GoalEvent
    | SessionEvent
    | FeedbackEvent
    | ReminderEvent
)


class Separation(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One side's (mentor, mentee) proposal to part, with the ids of the goals that it says were met."""

    side: str
    goals_met: tuple[str, ...] = ()
    at: datetime


class RelationshipState(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What decisions and views ask of one relationship; texts of sessions and feedback stay in the events.

    corrected counts the events that corrected an earlier one.
    """

    relationship_id: str = ""
    simulated: bool = False
    about: Description = Description()
    course: Course = Course()
    fit: dict[str, Fit] = {}
    agreement: Agreement | None = None
    separation: Separation | None = None
    corrected: int = 0
    goals: Goals = Goals()
    sessions: Sessions = Sessions()
    feedback: Feedbacks = Feedbacks()
    reminders: Reminders = Reminders()

    @property
    def programme_id(self) -> str:
        """The programme it belongs to."""
        return self.about.programme_id

    @property
    def title(self) -> str:
        """What it is called."""
        return self.about.title

    @property
    def unit(self) -> str:
        """The team or project it belongs to."""
        return self.about.unit

    @property
    def starts_on(self) -> date | None:
        """Its first day, where one was agreed."""
        return self.about.starts_on

    @property
    def ends_on(self) -> date | None:
        """Its last day, where one was agreed."""
        return self.about.ends_on

    @property
    def known_as(self) -> tuple[tuple[str, str], ...]:
        """Every (unit, title) that it ever had."""
        return self.about.known_as

    @property
    def status(self) -> str:
        """proposed, active, declined, withdrawn or closed; empty when nothing is known of it."""
        return self.course.status

    @property
    def status_at(self) -> datetime | None:
        """Since when it has its status."""
        return self.course.status_at

    @property
    def stage(self) -> str:
        """initiation, cultivation or separation; empty before it was active."""
        return self.course.stage

    @property
    def stage_at(self) -> datetime | None:
        """Since when it is in its stage."""
        return self.course.stage_at

    @property
    def members(self) -> tuple[Member, ...]:
        """Everybody who is or was in it, in the order of joining."""
        return self.course.members

    @property
    def mentors(self) -> tuple[str, ...]:
        """The ids of its present mentors."""
        return self.course.present(MENTOR)

    @property
    def mentees(self) -> tuple[str, ...]:
        """The ids of its present mentees."""
        return self.course.present(MENTEE)

    @property
    def accepted_by(self) -> dict[str, datetime]:
        """Who accepted the proposal that stands or stood last, and when."""
        return self.course.accepted_by

    @property
    def accepted_at(self) -> datetime | None:
        """When the proposal became an active relationship, or it was taken over as one."""
        return self.course.accepted_at

    @property
    def goals_met(self) -> tuple[str, ...]:
        """The ids of the goals that the sides agreed were met when they parted."""
        return self.course.goals_met

    @property
    def outcome(self) -> str:
        """How it ended: completed, ended_early, no_fault_exit, not_started; empty while it has not."""
        return self.course.outcome

    @property
    def last_contact_at(self) -> datetime | None:
        """When its last session that took place began."""
        return self.sessions.last_held_at

    @property
    def open_separation(self) -> Separation | None:
        """The proposal to part that waits for the other side: made in the present stage, while active."""
        asked, since = self.separation, self.stage_at
        waits = asked is not None and self.status == ACTIVE and self.stage != SEPARATION
        return asked if waits and asked is not None and since is not None and asked.at >= since else None


def evolve(state: RelationshipState, happened: Happened[RelationshipEvent]) -> RelationshipState:
    """The state after one more event, in any order of arrival; never raises."""
    data, at = happened.data, happened.occurred_at
    match data:
        case (
            SessionScheduled() | SessionHeld() | SessionCancelled() | SessionMissed() | SessionCorrected()
            | CommitmentKept() | CommitmentReleased()
        ):  # fmt: skip  # one part
            sessions = evolve_sessions(state.sessions, cast("Happened[SessionEvent]", happened))
            return replace(state, sessions=sessions, corrected=state.corrected + isinstance(data, SessionCorrected))
        case GoalSet() | GoalRevised() | GoalProgressed() | GoalAchieved() | GoalDropped():
            goals = evolve_goals(state.goals, cast("Happened[GoalEvent]", happened))
            return replace(state, goals=goals, corrected=state.corrected + _corrects(data))
        case FeedbackGiven() | FeedbackAcknowledged() | FeedbackCorrected():
            feedback = evolve_feedback(state.feedback, cast("Happened[FeedbackEvent]", happened))
            return replace(state, feedback=feedback, corrected=state.corrected + isinstance(data, FeedbackCorrected))
        case ReminderSent() | ReminderSuppressed() | ReminderFailed():
            reminders = evolve_reminders(state.reminders, cast("Happened[ReminderEvent]", happened))
            return replace(state, reminders=reminders)
        case FitAssessed() | AgreementMade():
            return _agreed(state, data, at)
        case Revised() | LinkChanged():
            about = (
                revised(state.about, data.changes, at) if isinstance(data, Revised) else linked(state.about, data, at)
            )
            return replace(state, about=about)
        case SeparationProposed():
            return _separation_proposed(state, data, at)
        case Proposed() | Registered() | Accepted() | Moved():
            return _told(state, data, happened)
        case (
            Declined() | AcceptanceUndone() | MentorJoined() | MentorLeft() | MenteeJoined() | Withdrawn()
            | Reinstated() | StageChanged() | Closed()
        ):  # fmt: skip  # one part
            return replace(state, course=take(state.course, turn_of(data, at, happened.actor)))
        case _:
            assert_never(data)


def _agreed(state: RelationshipState, data: AgreementEvent, at: datetime) -> RelationshipState:
    if isinstance(data, FitAssessed):
        return replace(state, fit=assessed(state.fit, data, at))
    return replace(state, agreement=agreed(state.agreement, data, at))


def _told(
    state: RelationshipState,
    data: Proposed | Registered | Accepted | Moved,
    happened: Happened[RelationshipEvent],
) -> RelationshipState:
    return replace(
        state,
        relationship_id=state.relationship_id or data.relationship_id,
        simulated=state.simulated or (isinstance(data, Proposed) and data.simulated),
        about=told(state.about, data, happened.occurred_at),
        course=take(state.course, turn_of(data, happened.occurred_at, happened.actor)),
    )


def _separation_proposed(state: RelationshipState, data: SeparationProposed, at: datetime) -> RelationshipState:
    if state.separation is not None and at < state.separation.at:
        return state
    return replace(state, separation=Separation(side=data.side, goals_met=data.goals_met, at=at))


def _corrects(data: GoalEvent) -> bool:
    return isinstance(data, GoalRevised) and data.corrects is not None


def card(state: RelationshipState) -> Card:
    """The columns of its live row."""
    return Card(
        scope=state.programme_id or None,
        status=state.status,
        label=state.title,
        members=tuple(dict.fromkeys((*state.mentors, *state.mentees))),
    )


def claims(state: RelationshipState) -> frozenset[str]:
    """A running relationship takes a seat of each mentor; a proposal is the only one of each of its pairs."""
    programme = state.programme_id
    if state.status == ACTIVE:
        return frozenset(f"seat/{programme}/{mentor}" for mentor in state.mentors)
    if state.status == PROPOSED:
        mentees = state.mentees
        return frozenset(f"pair/{programme}/{mentor}/{mentee}" for mentor in state.mentors for mentee in mentees)
    return frozenset()


FOLD = Fold(
    kind="relationship",
    version=2,
    state=RelationshipState,
    initial=RelationshipState(),
    evolve=evolve,
    card=card,
    claims=claims,
)
