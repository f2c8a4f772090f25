"""Queries of timelines."""

from __future__ import annotations

from services.web.pages import PageQuery
from services.web.schemas.shared import Replay


class TimelineQuery(Replay, PageQuery):
    """Which page of the timeline, within which bounds."""
