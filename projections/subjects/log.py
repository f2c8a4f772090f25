"""What a log has noted about itself: its newest streams root, key, anchors and audit."""

from __future__ import annotations

from datetime import datetime
from typing import assert_never

import msgspec
from msgspec.structs import replace

from events.event import Happened
from events.subjects.log import Anchored, Audited, KeyRotated, LogContinued, StreamsRootTaken
from projections.fold import Card, Fold

LogEvent = StreamsRootTaken | KeyRotated | LogContinued | Anchored | Audited

NOTED = "noted"


class Head(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A root (hex) of the first `size` records, and when it was taken, seen outside or found again."""

    size: int
    root: str
    at: datetime


class LogState(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """status is noted, empty before the first note.

    streams: the newest streams root; since: how many notes stand in the log from that one on (all, before the first);
    vkey: the key after the last rotation; origin: the newest one, once there are several; anchored: the newest anchor
    of each kind that the installation has; mailed: the newest mail, of this origin, to each place that the organisation
    names; audit and findings: of the newest.
    """

    status: str = ""
    streams: Head | None = None
    since: int = 0
    vkey: str = ""
    origin: str = ""
    anchored: dict[str, Head] = {}
    mailed: dict[str, Head] = {}
    audit: Head | None = None
    findings: tuple[str, ...] = ()


def evolve(state: LogState, happened: Happened[LogEvent]) -> LogState:
    """The state after one more note."""
    data, at = happened.data, happened.occurred_at
    noted = replace(state, status=NOTED, since=state.since + 1)
    match data:
        case StreamsRootTaken():
            return replace(noted, streams=Head(size=data.size, root=data.root, at=at), since=1)
        case KeyRotated():
            return replace(noted, vkey=data.new_vkey)
        case LogContinued():
            return replace(noted, origin=data.new_origin, vkey="", mailed={})
        case Anchored():
            head = Head(size=data.size, root=data.root, at=at)
            if data.place:
                return replace(noted, mailed={**state.mailed, data.place: head})
            return replace(noted, anchored={**state.anchored, data.kind: head})
        case Audited():
            return replace(noted, audit=Head(size=data.size, root=data.root, at=at), findings=data.findings)
        case _:
            assert_never(data)


def card(state: LogState) -> Card:
    """The columns of its live row."""
    return Card(status=state.status)


FOLD = Fold(
    kind="log",
    version=1,
    state=LogState,
    initial=LogState(),
    evolve=evolve,
    card=card,
)
