"""The organisation itself: created once, its access tokens issued and revoked, its auditors' mailboxes named."""

from __future__ import annotations

import re
from typing import ClassVar, assert_never

from events.event import Event
from events.subjects.organisation import AnchorMailSet, OrganisationCreated, TokenIssued, TokenRevoked
from projections.subjects.organisation import OrganisationState
from services.errors import NotFound, Refused
from services.texts import NAME, must_be_list, must_be_named, must_fit
from services.world import Command, World

MAILBOXES = 10
"""The most addresses that get an organisation's checkpoints."""
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_MAILBOX = re.compile(rf"(?=.{{3,254}}\Z)(?=[^@]{{1,64}}@){_ATOM}(?:\.{_ATOM})*@{_LABEL}(?:\.{_LABEL})*")
"""RFC 5321 without quoted names and addresses of hosts; of such ones every mail program makes one header, never two."""


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


class SetAnchorMail(_OfOrganisation, frozen=True, kw_only=True):
    """Name all the addresses that get the log's signed checkpoints by mail; none: nobody does."""

    addresses: tuple[str, ...]


OrganisationCommand = CreateOrganisation | IssueToken | RevokeToken | SetAnchorMail


def decide(command: OrganisationCommand, state: OrganisationState, _world: World) -> list[Event]:
    """The events of a command about the organisation."""
    match command:
        case CreateOrganisation():
            return _create(command, state)
        case IssueToken():
            return _issue(command, state)
        case RevokeToken():
            return _revoke(command, state)
        case SetAnchorMail():
            return _set_anchor_mail(command, state)
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


def _set_anchor_mail(command: SetAnchorMail, state: OrganisationState) -> list[Event]:
    _must_exist(state)
    addresses = command.addresses
    if len(addresses) > MAILBOXES:
        sentence = f"{len(addresses)} addresses are named; {MAILBOXES} are the most. Use a list of your mail server's."
        raise Refused("too_many_addresses", sentence, limit=MAILBOXES)
    for number, address in enumerate(addresses):
        if not _MAILBOX.fullmatch(address):
            sentence = f"Address {number + 1} is none that mail can go to; it looks like name@example.org, in ASCII."
            raise Refused("address_malformed", sentence, number=number)
        if address.lower() in (one.lower() for one in addresses[:number]):
            sentence = f"Address {number + 1} is named twice; letter case does not count. Name it once."
            raise Refused("address_twice", sentence, number=number)
    return [] if set(addresses) == set(state.anchor_mail) else [AnchorMailSet(addresses=addresses)]


def _must_exist(state: OrganisationState) -> None:
    if not state.status:
        raise NotFound("unknown_organisation", "There is no organisation of this id here.")
