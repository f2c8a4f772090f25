"""How many streams may hold a claim: a mentor's seats by capacity, a pair's pending request and an address once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from events.errors import ClaimTaken
from projections.fold import Snapshot
from services.errors import Refused
from services.ids import enrolment_id

_REFUSALS = {
    "seat": (
        "mentor_at_capacity",
        "The mentor already has {limit} running relationship(s), as many as agreed.",
    ),
    "pair": (
        "pair_already_open",
        "This mentor and this mentee already have an open proposal; answer that one first.",
    ),
    "email": ("address_taken", "Another person of this organisation has this address."),
}


def streams_behind(org: UUID, scopes: Iterable[str]) -> tuple[str, ...]:
    """The streams that say how often the scopes may be held: enrolments and programmes, for seats alone."""
    streams: dict[str, None] = {}
    for scope in scopes:
        match scope.split("/"):
            case ["seat", programme, person]:
                streams[f"enrolment-{enrolment_id(org, programme, person, 'mentor')}"] = None
                streams[f"programme-{programme}"] = None
            case _:
                pass
    return tuple(streams)


def limits_of(org: UUID, scopes: Iterable[str], states: Mapping[str, Snapshot[Any]]) -> dict[str, int | None]:
    """The limit of each scope, None for no limit; states holds what `streams_behind` names."""
    return {scope: _limit(org, scope, states) for scope in scopes}


def _limit(org: UUID, scope: str, states: Mapping[str, Snapshot[Any]]) -> int | None:
    match scope.split("/"):
        case ["seat", programme, person]:
            enrolment = states[f"enrolment-{enrolment_id(org, programme, person, 'mentor')}"].state
            if enrolment.capacity is not None:
                own: int = enrolment.capacity
                return own
            general: int | None = states[f"programme-{programme}"].state.policy.mentor_capacity
            return general
        case _:
            return 1


def refusal_of(taken: ClaimTaken) -> Refused:
    """The refusal that says which rule a full claim stands for."""
    scope, limit = str(taken.facts["scope"]), taken.facts["limit"]
    sort, _, rest = scope.partition("/")
    code, sentence = _REFUSALS[sort]
    return Refused(
        code, sentence.format(limit=limit), about=rest.split("/")[-1] if sort != "email" else "", limit=limit
    )
