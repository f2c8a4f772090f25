"""Stages and the end: from initiation over cultivation to separation, each with its guards, and closing.

Source of the stages: Initiation, Cultivation, Separation, the phases that mentoring programmes plan by.
"""

from __future__ import annotations

from datetime import datetime
from typing import assert_never

from events.event import Event
from events.subjects.relationship import Closed, SeparationProposed, StageChanged
from projections.subjects.agreement import SIDES
from projections.subjects.goal import CRITERIA, DROPPED
from projections.subjects.relationship import (
    CLOSED,
    CULTIVATION,
    INITIATION,
    PROPOSED,
    SEPARATION,
    STAGES,
    RelationshipState,
)
from services.acting import must_act_as, must_be_party, person_of
from services.errors import NotFound, Refused
from services.texts import TEXT, must_be_list, must_fit, must_follow
from services.within import WithinRelationship, must_belong, must_exist, must_run, must_say
from services.world import World

COMPLETED, ENDED_EARLY, NO_FAULT_EXIT, NOT_STARTED = (
    "completed",
    "ended_early",
    "no_fault_exit",
    "not_started",
)
OUTCOMES = (COMPLETED, ENDED_EARLY, NO_FAULT_EXIT, NOT_STARTED)


class ProposeSeparation(WithinRelationship, frozen=True, kw_only=True):
    """Propose to part; person is who proposes, goals_met the ids of the goals that were reached."""

    person: str
    reason: str
    goals_met: tuple[str, ...] = ()
    occurred_at: datetime | None = None


class ChangeStage(WithinRelationship, frozen=True, kw_only=True):
    """Go on to the next stage; person is who says so, None for a coordinator who speaks for whoever must.

    programme_id is the relationship's programme, whose rules count. Separation takes over the goals that the
    proposal to part called met, unless goals_met names others.
    """

    programme_id: str
    to: str
    reason: str
    person: str | None = None
    goals_met: tuple[str, ...] = ()
    occurred_at: datetime | None = None

    def reads(self) -> tuple[str, ...]:
        """The programme."""
        return (f"programme-{self.programme_id}",)


class CloseRelationship(WithinRelationship, frozen=True, kw_only=True):
    """End it: completed (after separation), ended_early, no_fault_exit, or not_started."""

    outcome: str
    reason: str = ""
    occurred_at: datetime | None = None


StageCommand = ProposeSeparation | ChangeStage | CloseRelationship


def decide(command: StageCommand, state: RelationshipState, world: World) -> list[Event]:
    """The events of a command about stages and the end."""
    must_exist(state)
    must_be_party(world.actor, state)
    must_fit(TEXT, reason=command.reason)
    match command:
        case ProposeSeparation():
            return _propose_separation(command, state, world)
        case ChangeStage():
            return _change_stage(command, state, world)
        case CloseRelationship():
            return _close(command, state, world)
        case _:
            assert_never(command)


def _propose_separation(command: ProposeSeparation, state: RelationshipState, world: World) -> list[Event]:
    must_run(state)
    must_act_as(world.actor, command.person)
    must_belong(state, command.person, "person who proposes to part")
    if state.stage != CULTIVATION:
        sentence = f"The relationship is in {state.stage}; parting is proposed in cultivation. It can be closed."
        raise Refused("not_in_cultivation", sentence, stage=state.stage)
    must_say(command.reason, "reason_required", "Say why it is time to part.")
    _must_be_goals(state, command.goals_met)
    side = _side_of(state, command.person)
    asked = state.open_separation
    if asked is not None and (asked.side, asked.goals_met) == (side, command.goals_met):
        return []
    must_follow(command.occurred_at, asked.at if asked else state.stage_at, world)
    return [SeparationProposed(side=side, reason=command.reason, goals_met=command.goals_met)]


def _change_stage(command: ChangeStage, state: RelationshipState, world: World) -> list[Event]:
    must_run(state)
    person = command.person or person_of(world.actor)
    if person is not None:
        must_act_as(world.actor, person)
        must_belong(state, person, "person who changes the stage")
    if command.to not in STAGES:
        sentence = f"The stages are {', '.join(STAGES)}; there is no {command.to!r}."
        raise Refused("unknown_stage", sentence, possible=list(STAGES))
    if command.to == state.stage:
        return []
    if STAGES.index(command.to) != STAGES.index(state.stage) + 1:
        sentence = f"From {state.stage} no way leads to {command.to}; the order is {', '.join(STAGES)}."
        raise Refused("stage_out_of_order", sentence, stage=state.stage, to=command.to)
    must_say(command.reason, "reason_required", "Say why the relationship goes on to the next stage.")
    must_follow(command.occurred_at, state.stage_at, world)
    goals_met = command.goals_met
    if command.to == CULTIVATION:
        _must_be_ready(command, state, world)
    else:
        goals_met = goals_met or _agreed_separation(state, person)
    _must_be_goals(state, goals_met)
    return [StageChanged(was=state.stage, to=command.to, reason=command.reason, goals_met=goals_met)]


def _close(command: CloseRelationship, state: RelationshipState, world: World) -> list[Event]:
    if command.outcome not in OUTCOMES:
        sentence = f"A relationship ends {', '.join(OUTCOMES)}; not {command.outcome!r}."
        raise Refused("unknown_outcome", sentence, possible=list(OUTCOMES))
    if state.status == CLOSED:
        if state.outcome == command.outcome:
            return []
        raise Refused("already_closed", f"The relationship is closed ({state.outcome}) already.", outcome=state.outcome)
    if state.status != PROPOSED or command.outcome != NOT_STARTED:
        must_run(state)
    _must_suit(command, state)
    must_follow(command.occurred_at, state.status_at, world)
    return [Closed(outcome=command.outcome, reason=command.reason)]


def _must_suit(command: CloseRelationship, state: RelationshipState) -> None:
    """Refuse an outcome that the record contradicts."""
    match command.outcome:
        case "completed" if state.stage != SEPARATION:
            sentence = f"The relationship is in {state.stage}; only after separation it is completed."
            raise Refused("not_in_separation", sentence, stage=state.stage)
        case "ended_early":
            must_say(command.reason, "reason_required", "Say why it ends early, or take no_fault_exit.")
        case "not_started" if state.stage not in ("", INITIATION) or state.sessions.held:
            sentence = "Sessions were held or the work began: it did start. Take another outcome."
            raise Refused("already_started", sentence, stage=state.stage)
        case _:
            pass


def _must_be_ready(command: ChangeStage, state: RelationshipState, world: World) -> None:
    """Refuse (`stage_not_ready`) cultivation while something is missing that the programme's rules ask for."""
    programme = world.state("programme", command.programme_id)
    if command.programme_id != state.programme_id or not programme.status:
        sentence = "The relationship belongs to another programme; read it again."
        raise Refused("programme_differs", sentence, programme_id=state.programme_id)
    missing = [one for need in programme.policy.cultivation_needs for one in _missing(need, state)]
    if missing:
        words = "; ".join(_SENTENCES[one] for one in missing)
        raise Refused("stage_not_ready", f"Before cultivation: {words}.", missing=missing)


_SENTENCES = {
    "mentor_fit_missing": "a mentor must say that the fit is good",
    "mentor_fit_negative": "a mentor says that the fit is not good",
    "mentee_fit_missing": "a mentee must say that the fit is good",
    "mentee_fit_negative": "a mentee says that the fit is not good",
    "agreement_missing": "both sides must make an agreement",
    "smart_goal_missing": "a goal with all five SMART criteria must be set",
}


def _missing(need: str, state: RelationshipState) -> list[str]:
    match need:
        case "fit":
            return [one for side in SIDES for one in _missing_fit(side, state)]
        case "agreement":
            return [] if state.agreement else ["agreement_missing"]
        case _:
            return [] if _has_smart_goal(state) else ["smart_goal_missing"]


def _missing_fit(side: str, state: RelationshipState) -> list[str]:
    """A side is for it when somebody says yes and nobody says no; who has left has no say any more."""
    present = state.mentors if side == "mentor" else state.mentees
    said = [fit.fits for person, fit in state.fit.items() if person in present]
    if not said:
        return [f"{side}_fit_missing"]
    return [] if all(said) else [f"{side}_fit_negative"]


def _has_smart_goal(state: RelationshipState) -> bool:
    return any(
        goal.status != DROPPED and all(getattr(goal, criterion) for criterion in CRITERIA)
        for goal in state.goals.by_id.values()
    )


def _agreed_separation(state: RelationshipState, person: str | None) -> tuple[str, ...]:
    """The goals that the proposal to part calls met; refuses when there is none of the other side."""
    asked = state.open_separation
    if asked is None:
        sentence = "Nobody has proposed to part; one side proposes it, then the other agrees."
        raise Refused("separation_not_proposed", sentence)
    if person is not None and _side_of(state, person) == asked.side:
        sentence = f"The {asked.side}'s side proposed to part; the other side must agree."
        raise Refused("separation_same_side", sentence, side=asked.side)
    return asked.goals_met


def _side_of(state: RelationshipState, person: str) -> str:
    return "mentor" if person in state.mentors else "mentee"


def _must_be_goals(state: RelationshipState, goals: tuple[str, ...]) -> None:
    must_be_list(goals_met=goals)
    for goal in goals:
        if goal not in state.goals.by_id:
            raise NotFound("unknown_goal", "This relationship has no goal of this id.", goal=goal)
