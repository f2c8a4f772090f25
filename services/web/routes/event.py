"""The organisation's feed: every event in the order of its log."""

from __future__ import annotations

from events.catalogue import catalogue
from services.errors import NotFound
from services.web.answers import One
from services.web.call import Call
from services.web.pages import Page
from services.web.problems import ApiError
from services.web.resources.event import RecordedEvent, RecordOfEvent, event_of, record_of
from services.web.schemas.event import FeedQuery
from services.web.subject import Query, Subject

ROUTES = Subject("events", "The log itself: what happened, as it was recorded, in order and without gaps.")


@ROUTES.list("/events", RecordedEvent, FeedQuery())
def list_events(call: Call, query: Query) -> Page:
    """Follow the log: ask again with `after` of the last event that you have."""
    types = _types(query.pop("type", None))
    limit = query.pop("limit")
    found = call.services.log.read(call.org, types=types, limit=limit + 1, **query)
    after = str(found[limit - 1].position) if len(found) > limit else None
    return Page(items=[event_of(one) for one in found[:limit]], after=after, parameter="after")


@ROUTES.read("/events/<position:position>", RecordOfEvent)
def get_event(call: Call, position: str) -> One:
    """Read one event and the bytes that the log keeps of it."""
    at = int(position)
    found = call.services.log.read(call.org, after=at - 1, upto=at, limit=1)
    record = call.services.log.record_bytes(call.org, at)
    if not found or record is None:
        raise NotFound("unknown_event", "There is no event at this position here.")
    return One(body=record_of(found[0], record))


def _types(listed: str | None) -> list[str] | None:
    if listed is None:
        return None
    types = [one.strip() for one in listed.split(",")]
    unknown = [one for one in types if one not in catalogue()]
    if unknown:
        fault = {"parameter": "type", "message": f"There is no event type {unknown[0]!r}."}
        raise ApiError("invalid_query", "The query is not what this address takes; see errors.", errors=(fault,))
    return types
