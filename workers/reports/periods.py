"""The last finished week or month, in UTC."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from services.reports import Period

WEEK, MONTH = "week", "month"


def last_finished(every: str, now: datetime) -> Period | None:
    """The period before the one that `now` is in; None for any other word than week or month."""
    today = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    if every == WEEK:
        return _week(today)
    return _month(today) if every == MONTH else None


def _week(today: datetime) -> Period:
    until = today - timedelta(days=today.weekday())
    since = until - timedelta(days=7)
    year, week, _ = since.isocalendar()
    return Period(name=f"{year}-W{week:02d}", since=since, until=until)


def _month(today: datetime) -> Period:
    until = today.replace(day=1)
    since = (until - timedelta(days=1)).replace(day=1)
    return Period(name=f"{since:%Y-%m}", since=since, until=until)
