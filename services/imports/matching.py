"""Is it the same relationship? Rows of a roster and chains of a history against what is known already.

Three degrees, best pairs first, one to one:

3. the same programme, unit and title, now or formerly;
2. the same programme and title in another unit, and a mentor in common;
1. the title of one is the sub-unit of the other in the same programme and unit, and a mentor in common.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from services.imports.keys import Name
from services.imports.known import KnownRelationship


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What a file tells of a relationship; relationship_id is the id it gets if it is new."""

    relationship_id: str
    name: Name
    names: frozenset[Name]
    mentors: frozenset[str]
    mentees: frozenset[str] = frozenset()
    sub_units: frozenset[str] = frozenset()
    opened_at: datetime | None = None
    withdrawn: bool = False


Allowed = Callable[[Wanted, KnownRelationship], bool]


def bind(wanted: Sequence[Wanted], known: Mapping[str, KnownRelationship], allowed: Allowed) -> dict[int, str]:
    """Index in wanted -> id of the known relationship that it is; what is not in the result is new."""
    bound = {at: one.relationship_id for at, one in enumerate(wanted) if one.relationship_id in known}
    taken = set(bound.values())
    order = {id_: at for at, id_ in enumerate(known)}
    index = _Index(known.values())
    pairs = [
        (worth, -at, -order[other.relationship_id], other.relationship_id)
        for at, one in enumerate(wanted)
        if at not in bound
        for other in index.near(one)
        if other.relationship_id not in taken and allowed(one, other) and (worth := _worth(one, other))
    ]
    for _, at, _, id_ in sorted(pairs, reverse=True):
        if -at not in bound and id_ not in taken:
            bound[-at] = id_
            taken.add(id_)
    return bound


class _Index:
    """Known relationships by (programme, title) and (programme, sub-unit): only those can be the same."""

    def __init__(self, known: Iterable[KnownRelationship]) -> None:
        self._near: dict[tuple[str, str], dict[str, KnownRelationship]] = defaultdict(dict)
        for one in known:
            for name in one.names:
                for called in (name.title, *one.sub_units):
                    self._near[name.programme, called][one.relationship_id] = one

    def near(self, wanted: Wanted) -> list[KnownRelationship]:
        found: dict[str, KnownRelationship] = {}
        for name in wanted.names:
            for called in (name.title, *wanted.sub_units):
                found |= self._near[name.programme, called]
        return list(found.values())


def _worth(wanted: Wanted, known: KnownRelationship) -> tuple[bool, int, bool, bool, int] | None:
    """How likely they are one (opened at once, degree, running, named so now, mentors in common)."""
    shared = len(wanted.mentors & known.mentors)
    degree = _degree(wanted, known, shared)
    running = not (wanted.withdrawn or known.withdrawn)
    opened = wanted.opened_at in known.opened_at
    return (opened, degree, running, wanted.name == known.name, shared) if degree else None


def _degree(wanted: Wanted, known: KnownRelationship, shared: int) -> int:
    if wanted.names & known.names:
        return 3
    if not shared:
        return 0
    if {(name.programme, name.title) for name in wanted.names} & {(name.programme, name.title) for name in known.names}:
        return 2
    ours = {(name.programme, name.unit, sub) for name in wanted.names for sub in wanted.sub_units}
    theirs = {(name.programme, name.unit, sub) for name in known.names for sub in known.sub_units}
    return 1 if ours & known.names or theirs & wanted.names else 0
