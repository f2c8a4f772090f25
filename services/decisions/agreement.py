"""Fit and agreement: what both sides say and settle before the work begins, or anew while it goes on."""

from __future__ import annotations

from datetime import datetime
from typing import assert_never

from events.event import Event
from events.subjects.agreement import AgreementMade, FitAssessed
from projections.subjects.relationship import ACTIVE, MENTEE, MENTOR, PROPOSED, RelationshipState
from services.acting import must_act_as, must_be_party
from services.errors import Refused
from services.policies import must_be_cadence
from services.texts import TEXT, TITLE, must_fit, must_follow
from services.within import WithinRelationship, must_belong, must_exist, must_run
from services.world import World


class AssessFit(WithinRelationship, frozen=True, kw_only=True):
    """Say whether the partner fits; person is who says so, on their own side."""

    person: str
    fits: bool
    note: str = ""
    occurred_at: datetime | None = None


class MakeAgreement(WithinRelationship, frozen=True, kw_only=True):
    """Settle the terms, or settle them anew: days between sessions, channel, what stays confidential."""

    cadence_days: int
    channel: str = ""
    confidentiality: str = ""
    working_style: str = ""
    occurred_at: datetime | None = None


AgreementCommand = AssessFit | MakeAgreement


def decide(command: AgreementCommand, state: RelationshipState, world: World) -> list[Event]:
    """The events of a command about fit or agreement."""
    must_exist(state)
    must_be_party(world.actor, state)
    match command:
        case AssessFit():
            return _assess(command, state, world)
        case MakeAgreement():
            return _agree(command, state, world)
        case _:
            assert_never(command)


def _assess(command: AssessFit, state: RelationshipState, world: World) -> list[Event]:
    if state.status not in (PROPOSED, ACTIVE):
        sentence = f"The relationship is {state.status}; fit is assessed while it is proposed or runs."
        raise Refused("not_proposed_or_active", sentence, status=state.status)
    must_act_as(world.actor, command.person)
    must_belong(state, command.person, "person who assesses the fit")
    must_fit(TEXT, note=command.note)
    before = state.fit.get(command.person)
    if before is not None:
        if before.fits == command.fits and not command.note:
            return []
        must_follow(command.occurred_at, before.at, world)
    side = MENTOR if command.person in state.mentors else MENTEE
    return [FitAssessed(person=command.person, side=side, fits=command.fits, note=command.note)]


def _agree(command: MakeAgreement, state: RelationshipState, world: World) -> list[Event]:
    must_run(state)
    must_be_cadence(command.cadence_days)
    must_fit(TITLE, channel=command.channel)
    must_fit(TEXT, confidentiality=command.confidentiality, working_style=command.working_style)
    terms = {name: getattr(command, name) for name in ("channel", "confidentiality", "working_style")}
    before = state.agreement
    if before is not None:
        same = all(getattr(before, name) == value for name, value in terms.items())
        if same and before.cadence_days == command.cadence_days:
            return []
        must_follow(command.occurred_at, before.at, world)
    return [AgreementMade(cadence_days=command.cadence_days, **terms)]
