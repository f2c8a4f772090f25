"""What a decision may know: the time, who acts, and the states that its command asked for. Pure data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar

import msgspec

from projections.fold import Snapshot, begin, fold_of


class Command(msgspec.Struct, frozen=True, kw_only=True):
    """Something a person wants done; subclasses stand in `services/decisions/`, one file per subject.

    KIND is the kind of the stream it writes; `target` its id; `reads` the other streams the decision looks at.
    The module of the class has a function `decide(command, state, world) -> list[Event]`.
    """

    KIND: ClassVar[str]

    @property
    def target(self) -> str:
        """The id of the entity the command is about."""
        raise NotImplementedError  # every command names its own

    @property
    def stream(self) -> str:
        """The stream that the command's events go to."""
        return f"{self.KIND}-{self.target}"

    def reads(self) -> tuple[str, ...]:
        """The streams whose states the decision needs beside its own."""
        return ()


@dataclass(frozen=True, kw_only=True)
class World:
    """now is the moment of the command (UTC); actor as in the record; states by stream name."""

    now: datetime
    actor: str
    states: Mapping[str, Snapshot[Any]] = field(default_factory=dict)

    def state(self, kind: str, id_: str) -> Any:
        """The state of an entity; the fold's initial one when there is none (its card has no status)."""
        fold = fold_of(kind)
        return self.states.get(f"{kind}-{id_}", begin(fold)).state
