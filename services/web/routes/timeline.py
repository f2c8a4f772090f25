"""What happened in a relationship: in plain words, and as it was recorded."""

from __future__ import annotations

from projections.views.timeline import Entry
from services.web.call import Call
from services.web.pages import Page
from services.web.reading import history_page, timeline_page
from services.web.resources.event import RecordedEvent
from services.web.schemas.event import HistoryQuery
from services.web.schemas.timeline import TimelineQuery
from services.web.subject import Query, Subject
from services.web.within import RELATIONSHIP

ROUTES = Subject("timeline", "What happened in a relationship, for people and for programs.")


@ROUTES.list(f"{RELATIONSHIP}/timeline", Entry, TimelineQuery())
def list_timeline(call: Call, query: Query, relationship_id: str) -> Page:
    """Tell what happened in a relationship, corrections worked in; within the bounds that are given."""
    return timeline_page(call, relationship_id, query)


@ROUTES.list(f"{RELATIONSHIP}/history", RecordedEvent, HistoryQuery())
def list_history(call: Call, query: Query, relationship_id: str) -> Page:
    """List the recorded events of a relationship."""
    return history_page(call, f"relationship-{relationship_id}", query)
