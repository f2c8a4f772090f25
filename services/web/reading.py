"""Reads of one relationship: as it stands, as it stood, and what happened in it."""

from __future__ import annotations

from itertools import islice
from typing import Any

from events.event import AnyRecorded
from projections.subjects.relationship import RelationshipState
from projections.views.timeline import timeline
from services.web.answers import One
from services.web.call import Call, unknown
from services.web.pages import Page
from services.web.problems import ApiError
from services.web.resources.event import event_of
from services.web.resources.relationship import relationship_of


def live_relationship(call: Call, relationship_id: str) -> One:
    """The relationship as it stands."""
    current = call.one("relationship", relationship_id)
    body = relationship_of(
        current.state,
        _names(call, current.state),
        version=current.version,
        position=current.position,
        changed_at=current.changed_at,
    )
    return One(body=body, version=current.version)


def replayed_relationship(call: Call, relationship_id: str, bounds: dict[str, Any]) -> One:
    """The relationship within bounds, folded again from its events."""
    found = call.replayed("relationship", relationship_id, bounds)
    last: AnyRecorded = found.events[-1]
    body = relationship_of(
        found.snapshot.state,
        _names(call, found.snapshot.state),
        version=found.snapshot.version,
        position=last.position,
        changed_at=last.recorded_at,
    )
    return One(body=body)


def timeline_page(call: Call, relationship_id: str, query: dict[str, Any]) -> Page:
    """What happened, in plain words and the order of the log, corrections worked in; a page by stream version."""
    limit, after = query.pop("limit"), _version(query.pop("cursor", None))
    found = call.replayed("relationship", relationship_id, query)
    names = _names(call, found.snapshot.state)
    rest = [one for one in timeline(found.events, names) if one.stream_version > after]
    more = str(rest[limit - 1].stream_version) if len(rest) > limit else None
    return Page(items=rest[:limit], after=more)


def history_page(call: Call, stream: str, query: dict[str, Any]) -> Page:
    """The recorded events of a stream, as the feed has them."""
    limit = query["limit"]
    found = list(islice(call.services.log.read_stream(call.org, stream, after=query["after"]), limit + 1))
    if not found and not query["after"]:
        raise unknown(stream.partition("-")[0])
    after = str(found[limit - 1].stream_version) if len(found) > limit else None
    return Page(items=[event_of(one) for one in found[:limit]], after=after, parameter="after")


def _names(call: Call, state: RelationshipState) -> dict[str, str]:
    people = tuple(one.person for one in state.members)
    return call.names(people, (state.programme_id,))


def _version(cursor: str | None) -> int:
    if cursor is None:
        return 0
    if not cursor.isdecimal() or len(cursor) > 15:
        raise ApiError("invalid_cursor", "This cursor did not come from here; begin without one.")
    return int(cursor)
