"""The organisation itself: its name and the access tokens that were issued."""

from __future__ import annotations

from typing import assert_never

import msgspec
from msgspec.structs import replace

from events.event import Happened
from events.subjects.organisation import AnchorMailSet, OrganisationCreated, TokenIssued, TokenRevoked
from projections.fold import Card, Fold

OrganisationEvent = OrganisationCreated | TokenIssued | TokenRevoked | AnchorMailSet

ACTIVE = "active"


class Token(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An access token as the log knows it: what it is for, never its secret."""

    label: str
    scopes: tuple[str, ...]


class OrganisationState(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """status is active, empty before it was created; tokens by id, revoked the ids of those that ended.

    anchor_mail: the addresses that get the log's checkpoints.
    """

    organisation_id: str = ""
    name: str = ""
    status: str = ""
    simulated: bool = False
    tokens: dict[str, Token] = {}
    revoked: tuple[str, ...] = ()
    anchor_mail: tuple[str, ...] = ()


def evolve(state: OrganisationState, happened: Happened[OrganisationEvent]) -> OrganisationState:
    """The state after one more event."""
    data = happened.data
    match data:
        case OrganisationCreated():
            return replace(
                state,
                organisation_id=data.organisation_id,
                name=data.name,
                status=ACTIVE,
                simulated=data.simulated,
            )
        case TokenIssued():
            token = Token(label=data.label, scopes=data.scopes)
            return replace(state, tokens={**state.tokens, data.token_id: token})
        case TokenRevoked():
            return replace(state, revoked=tuple(dict.fromkeys((*state.revoked, data.token_id))))
        case AnchorMailSet():
            return replace(state, anchor_mail=data.addresses)
        case _:
            assert_never(data)


def card(state: OrganisationState) -> Card:
    """The columns of its live row."""
    return Card(status=state.status, label=state.name)


FOLD = Fold(
    kind="organisation",
    version=1,
    state=OrganisationState,
    initial=OrganisationState(),
    evolve=evolve,
    card=card,
)
