"""Dates as people type them into an address or a form."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time

_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


class Unreadable(Exception):
    """A text that is no date; the message says what to write instead."""


@dataclass(frozen=True, slots=True)
class Bound:
    """A moment up to which something is shown; text is how it was given, whole_day whether it is the end of a day."""

    text: str
    moment: datetime
    whole_day: bool

    @property
    def day(self) -> date:
        """Its day (UTC)."""
        return self.moment.astimezone(UTC).date()


def read_bound(text: str) -> Bound | None:
    """A day (2026-01-31: its end, UTC) or a moment with its zone; None for blank text. Raises Unreadable."""
    text = text.strip()
    if not text:
        return None
    try:
        if _DAY.fullmatch(text):
            return Bound(text, datetime.combine(date.fromisoformat(text), time.max, UTC), whole_day=True)
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is None:
            raise Unreadable(f"“{text[:40]}” lacks a time zone. Write a day as year-month-day: 2026-01-31.")
        return Bound(text, moment.astimezone(UTC), whole_day=False)
    except (ValueError, OverflowError) as error:
        raise Unreadable(f"“{text[:40]}” is not a date. Write a day as year-month-day: 2026-01-31.") from error


def as_text(moment: datetime) -> str:
    """A moment as it stands in an address: UTC, to the microsecond where there are some."""
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat() + "Z"
