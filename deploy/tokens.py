"""Access tokens: the row that opens and the event that says so."""

from collections.abc import Iterable
from datetime import UTC, datetime
from uuid import UUID

from deploy.composition import Core
from deploy.errors import DeployError
from events.organisations import issue_token, revoke_token
from services.decisions.organisation import IssueToken, RevokeToken

SCOPES = ("read", "write", "import", "admin")
"""What a token may open: reads; commands; imports; tokens and whatever else is the organisation's own."""


def issue(core: Core, org: UUID, *, label: str, scopes: Iterable[str], actor: str) -> tuple[UUID, str]:
    """Issue a token and return its id and its text, which is kept nowhere.

    Raises DeployError `unknown_scope`. An end between row and event leaves a row whose text nobody has seen.
    """
    wanted = tuple(dict.fromkeys(scopes))
    unknown = [scope for scope in wanted if scope not in SCOPES]
    if unknown:
        raise DeployError("unknown_scope", f"A token's scopes are {', '.join(SCOPES)}; not {', '.join(unknown)}.")
    token_id, text = issue_token(core.engine, org, label=label, scopes=frozenset(wanted), now=datetime.now(UTC))
    command = IssueToken(organisation_id=str(org), token_id=str(token_id), label=label, scopes=wanted)
    core.pipeline.handle(org, command, actor=actor)
    return token_id, text


def revoke(core: Core, org: UUID, token_id: UUID, *, actor: str) -> None:
    """Close a token for good. Raises NotFound `unknown_token`."""
    core.pipeline.handle(org, RevokeToken(organisation_id=str(org), token_id=str(token_id)), actor=actor)
    revoke_token(core.engine, org, token_id, datetime.now(UTC))
