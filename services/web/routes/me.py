"""Who the caller is."""

from __future__ import annotations

from services.web.answers import One
from services.web.call import Call
from services.web.resources.me import Me
from services.web.subject import Subject

ROUTES = Subject("me", "The access token that calls, and its organisation.")


@ROUTES.read("/me", Me, scope=None)
def get_me(call: Call) -> One:
    """Say for whom the access token speaks and which scopes it has."""
    credential = call.credential
    organisation = call.services.queries.one(call.org, f"organisation-{call.org}")
    return One(
        body=Me(
            organisation_id=str(call.org),
            organisation_name=organisation.state.name if organisation else "",
            token_id=str(credential.token_id),
            label=credential.label,
            scopes=tuple(sorted(credential.scopes)),
            expires_at=credential.expires_at,
            log_size=call.services.log.size(call.org),
        )
    )
