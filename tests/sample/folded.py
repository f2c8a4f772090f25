"""Simulated facts folded into states, as the log would fold them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from events.event import Happened
from projections.fold import fold_of, run
from projections.live import kind_of
from services.pipeline import Fact

Told = dict[str, list[Fact]]


def by_stream(facts: Iterable[Fact], kind: str = "") -> Told:
    """The facts of each stream (of a kind) in the order in which they were told."""
    found: Told = defaultdict(list)
    for fact in facts:
        if not kind or kind_of(fact.stream) == kind:
            found[fact.stream].append(fact)
    return found


def state_of(stream: str, facts: list[Fact]) -> Any:
    """What the facts of a stream come to."""
    happened = [
        Happened(
            stream=stream, stream_version=version, occurred_at=fact.occurred_at, actor="operator:sample", data=fact.data
        )
        for version, fact in enumerate(facts, 1)
    ]
    return run(fold_of(kind_of(stream)), happened).state
