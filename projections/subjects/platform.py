"""What the installation's own log says: the newest checkpoint of an organisation; the newest anchor of each place."""

from __future__ import annotations

from datetime import datetime
from typing import assert_never

import msgspec
from msgspec.structs import replace

from events.event import Happened
from events.subjects.platform import AnchorGiven, CheckpointSeen
from projections.fold import Card, Fold

PlatformEvent = CheckpointSeen | AnchorGiven

NOTED = "noted"


class Given(msgspec.Struct, frozen=True, kw_only=True):
    """An anchor: what sort, of which size and root (hex) of the installation's log, the token, and when it came."""

    kind: str
    size: int
    root: str
    token: str
    at: datetime


class PlatformState(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """origin, size, root (hex): the newest checkpoint that was seen of a log; anchors: the newest, by place."""

    status: str = ""
    origin: str = ""
    size: int = 0
    root: str = ""
    anchors: dict[str, Given] = {}


def evolve(state: PlatformState, happened: Happened[PlatformEvent]) -> PlatformState:
    """The state after one more note."""
    data = happened.data
    match data:
        case CheckpointSeen():
            return replace(state, status=NOTED, origin=data.origin, size=data.size, root=data.root)
        case AnchorGiven():
            given = Given(kind=data.kind, size=data.size, root=data.root, token=data.token, at=happened.occurred_at)
            return replace(state, status=NOTED, anchors={**state.anchors, data.place: given})
        case _:
            assert_never(data)


def card(state: PlatformState) -> Card:
    """The columns of its live row."""
    return Card(status=state.status, label=state.origin)


FOLD = Fold(
    kind="platform",
    version=1,
    state=PlatformState,
    initial=PlatformState(),
    evolve=evolve,
    card=card,
)
