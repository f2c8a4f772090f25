"""Which streams a bundle shows: those of a relationship, or of a programme with its relationships and enrolments."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

from projections.queries import Queries
from services.bundles.layout import Scope
from services.errors import NotFound

PROGRAMME, RELATIONSHIP = "programme", "relationship"
_WITHIN = (RELATIONSHIP, "enrolment")
_PAGE = 500


def streams_of(queries: Queries, org: UUID, scope: Scope) -> list[str]:
    """The streams, in one order; raises NotFound `unknown_subject` where there is no such programme or relationship."""
    main = f"{scope.kind}-{scope.id}"
    if queries.one(org, main) is None:
        raise NotFound("unknown_subject", f"There is no {scope.kind} of this id in the organisation.")
    if scope.kind != PROGRAMME:
        return [main]
    return [main, *(stream for kind in _WITHIN for stream in _below(queries, org, kind, scope.id))]


def _below(queries: Queries, org: UUID, kind: str, programme_id: str) -> Iterator[str]:
    after: str | None = None
    while page := queries.many(org, kind, scope=programme_id, after=after, limit=_PAGE):
        yield from (one.stream for one in page)
        after = page[-1].stream
