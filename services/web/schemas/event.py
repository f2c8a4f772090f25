"""Queries of the event feed and of a stream's history."""

from __future__ import annotations

from services.web.fields import Line, Moment, Number, Strict
from services.web.pages import DEFAULT, MOST


class FeedQuery(Strict):
    """Which events of the organisation's log."""

    after = Number(-1, load_default=-1, metadata={"description": "Events behind this position; -1 from the start."})
    limit = Number(1, MOST, load_default=DEFAULT)
    type = Line(600, metadata={"description": "Stored types, with commas between them."})
    since = Moment(metadata={"description": "Recorded at this moment or later."})
    until = Moment(metadata={"description": "Recorded before this moment."})


class HistoryQuery(Strict):
    """Which events of a stream."""

    after = Number(0, load_default=0, metadata={"description": "Events behind this version; 0 from the start."})
    limit = Number(1, MOST, load_default=DEFAULT)
