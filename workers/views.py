"""Bring an organisation's stored views to the end of its log."""

from __future__ import annotations

from uuid import UUID

from workers.context import Context


def catch_up_views(context: Context, org: UUID) -> int:
    """How many events the views have taken in; parked streams are tried again."""
    return context.views.catch_up(org)
