"""Which streams a bundle shows: that of a relationship, or all that belong to a programme."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from events.proof.programmes import PROGRAMME, Membership
from projections.queries import Queries
from services.bundles.layout import Scope
from services.errors import NotFound

RELATIONSHIP = "relationship"


def must_be_there(queries: Queries, org: UUID, scope: Scope) -> None:
    """Raise NotFound `unknown_subject` where there is no such programme or relationship."""
    if queries.one(org, f"{scope.kind}-{scope.id}") is None:
        raise NotFound("unknown_subject", f"There is no {scope.kind} of this id in the organisation.")


def streams_of(scope: Scope, memberships: Iterable[Membership]) -> list[str]:
    """The streams, in one order; of a programme all whose records ever named it, as `events.proof.programmes` says."""
    main = f"{scope.kind}-{scope.id}"
    if scope.kind != PROGRAMME:
        return [main]
    return sorted({main, *(stream for programme, stream in memberships if programme == scope.id)})
