"""Recorded events for tests of what is read from the log: numbered and dated without one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from events.event import AnyRecorded, Event, Recorded

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)


def recorded(*events: Event | tuple[Event, str], first: int = 100) -> list[AnyRecorded]:
    """The events of one stream, or (event, cause); positions are ten apart, as beside other streams."""
    return [_recorded(one, number, first + 10 * number) for number, one in enumerate(events)]


def _recorded(one: Event | tuple[Event, str], number: int, position: int) -> AnyRecorded:
    data, cause = one if isinstance(one, tuple) else (one, None)
    return Recorded(
        org="o",
        stream="relationship-r",
        stream_version=number + 1,
        type=data.TYPE,
        schema=data.SCHEMA,
        occurred_at=BEGIN + timedelta(days=number),
        recorded_at=BEGIN + timedelta(days=number, hours=1),
        actor="token:coordinator",
        cause=cause,
        salt="00",
        position=position,
        data=data,
    )
