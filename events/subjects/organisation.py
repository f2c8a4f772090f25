"""What happens to the organisation itself: `organisation-<uuid>`."""

from __future__ import annotations

from events.event import Event


class OrganisationCreated(Event):
    """The organisation's log begins; always position 0."""

    TYPE = "organisation.created"
    organisation_id: str
    name: str
    simulated: bool = False


class TokenIssued(Event):
    """An access token was issued; the secret is nowhere in the log."""

    TYPE = "organisation.token_issued"
    token_id: str
    label: str
    scopes: tuple[str, ...]


class AnchorMailSet(Event):
    """These addresses, and no others, get the log's signed checkpoints by mail from now on."""

    TYPE = "organisation.anchor_mail_set"
    addresses: tuple[str, ...]


class TokenRevoked(Event):
    """An access token no longer opens anything."""

    TYPE = "organisation.token_revoked"
    token_id: str
