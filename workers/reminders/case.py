"""What a relationship makes due right now, and each cause as one of its people sees it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from projections.replay import replay
from projections.subjects.person import PersonState
from projections.subjects.programme import CLOSED, ProgrammeState
from projections.subjects.relationship import RelationshipState
from projections.views import due
from projections.views.due import Due
from projections.views.frame import frame_of
from workers.context import Context
from workers.mail.about import About


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A relationship as its log says at this moment: state, causes by key, programme and people by id."""

    state: RelationshipState
    due: dict[str, Due]
    programme: ProgrammeState
    people: dict[str, PersonState]

    @property
    def programme_closed(self) -> bool:
        """Whether the programme has ended, so that nobody is to be reminded any more."""
        return self.programme.status == CLOSED

    def address(self, person: str) -> tuple[str, str] | None:
        """Name and mail address; None for somebody without one."""
        known = self.people.get(person)
        return None if known is None or not (known.email or "").strip() else (known.name, known.email or "")


def case_of(context: Context, org: UUID, stream: str) -> Case:
    """Fold the relationship from its events, not from any view, and look its people up."""
    found = replay(context.log, org, stream)
    state: RelationshipState = found.snapshot.state
    found_programme = context.queries.one(org, f"programme-{state.programme_id}")
    programme = ProgrammeState() if found_programme is None else found_programme.state
    recorded_from = found.events[0].recorded_at if found.events else None
    causes = () if recorded_from is None else due.due_items(state, recorded_from, frame_of(programme))
    people = context.queries.some(org, [f"person-{one.person}" for one in state.members])
    return Case(
        state=state,
        due={one.cause_key: one for one in causes},
        programme=programme,
        people={one.id: one.state for one in people.values()},
    )


def about(case: Case, cause: Due, person: str, now: datetime) -> About:
    """The cause in the words and on the calendar of one person."""
    zone = _zone(case.people[person].zone)
    state = case.state
    thing, when, giver = _thing(case, cause, zone)
    return About(
        name=case.people[person].name,
        others=tuple(_name(case, one) for one in (*state.mentors, *state.mentees) if one != person),
        title=state.title,
        programme=case.programme.name,
        today=now.astimezone(zone).date(),
        thing=thing,
        when=when,
        cadence_days=due.cadence_of(state, case.programme.policy.cadence_days),
        giver=giver,
    )


def _thing(case: Case, cause: Due, zone: ZoneInfo) -> tuple[str, date | None, str]:
    state = case.state
    match cause.sort:
        case due.COMMITMENT:
            pledge = state.sessions.commitments[cause.about]
            return pledge.text, pledge.due_on, ""
        case due.GOAL:
            goal = state.goals.by_id[cause.about]
            return goal.specific, goal.due_on, ""
        case due.FEEDBACK:
            feedback = state.feedback.by_id[cause.about]
            return feedback.about, feedback.given_at.astimezone(zone).date(), _name(case, feedback.giver)
        case _:
            held = state.sessions.last_held_at
            return "", None if held is None else held.astimezone(zone).date(), ""


def _name(case: Case, person: str) -> str:
    known = case.people.get(person)
    return known.name if known is not None and known.name.strip() else "your partner"


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # an older zone database than the one that the name was checked against
        return ZoneInfo("UTC")
