"""The organisation itself: created once, its access tokens issued and revoked."""

from __future__ import annotations

from typing import ClassVar, assert_never

from events.event import Event
from events.subjects.organisation import OrganisationCreated, TokenIssued, TokenRevoked
from projections.subjects.organisation import OrganisationState
from services.errors import NotFound, Refused
from services.texts import NAME, must_be_list, must_be_named, must_fit
from services.world import Command, World


class _OfOrganisation(Command, frozen=True, kw_only=True):
    KIND: ClassVar[str] = "organisation"
    organisation_id: str

    @property
    def target(self) -> str:
        return self.organisation_id


class CreateOrganisation(_OfOrganisation, frozen=True, kw_only=True):
    """Begin an organisation under a new id."""

    name: str
    simulated: bool = False


class IssueToken(_OfOrganisation, frozen=True, kw_only=True):
    """Write down that an access token was made; its secret never comes here."""

    token_id: str
    label: str
    scopes: tuple[str, ...]


class RevokeToken(_OfOrganisation, frozen=True, kw_only=True):
    """End an access token for good."""

    token_id: str


OrganisationCommand = CreateOrganisation | IssueToken | RevokeToken


def decide(command: OrganisationCommand, state: OrganisationState, _world: World) -> list[Event]:
    """The events of a command about the organisation."""
    match command:
        case CreateOrganisation():
            return _create(command, state)
        case IssueToken():
            return _issue(command, state)
        case RevokeToken():
            return _revoke(command, state)
        case _:
            assert_never(command)


def _create(command: CreateOrganisation, state: OrganisationState) -> list[Event]:
    if state.status:
        if (state.name, state.simulated) == (command.name, command.simulated):
            return []
        raise Refused("organisation_exists", "This id is another organisation's; create one under a new id.")
    must_be_named(command.name)
    return [
        OrganisationCreated(organisation_id=command.organisation_id, name=command.name, simulated=command.simulated)
    ]


def _issue(command: IssueToken, state: OrganisationState) -> list[Event]:
    _must_exist(state)
    known = state.tokens.get(command.token_id)
    if known is not None:
        if (known.label, known.scopes) == (command.label, command.scopes):
            return []
        raise Refused("token_exists", "This token id is taken by another token; take a new one.")
    if not command.scopes:
        raise Refused("scope_missing", "A token without a scope opens nothing; name one.")
    must_fit(NAME, label=command.label)
    must_be_list(scopes=command.scopes)
    return [TokenIssued(token_id=command.token_id, label=command.label, scopes=command.scopes)]


def _revoke(command: RevokeToken, state: OrganisationState) -> list[Event]:
    _must_exist(state)
    if command.token_id not in state.tokens:
        raise NotFound("unknown_token", "There is no token of this id here.")
    return [] if command.token_id in state.revoked else [TokenRevoked(token_id=command.token_id)]


def _must_exist(state: OrganisationState) -> None:
    if not state.status:
        raise NotFound("unknown_organisation", "There is no organisation of this id here.")
