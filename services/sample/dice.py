"""Chance from a seed: the same seed gives the same choices, whatever the machine."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from random import Random
from typing import TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

T = TypeVar("T")

_SATURDAY = 5


class Dice:
    """Choices, ids and moments within working hours."""

    def __init__(self, seed: str) -> None:
        self._random = Random(seed)  # noqa: S311  # lives are simulated, nobody has to be unable to guess them

    def id(self) -> str:
        """A fresh id."""
        return str(UUID(int=self._random.getrandbits(128), version=4))

    def pick(self, among: Sequence[T]) -> T:
        """One of several."""
        return among[self._random.randrange(len(among))]

    def happens(self, percent: int) -> bool:
        """Whether something happens that does so in so many of a hundred cases."""
        return self._random.randrange(100) < percent

    def between(self, least: int, most: int) -> int:
        """A whole number within both bounds."""
        return self._random.randint(least, most)

    def working(self, near: datetime, zone: str = "UTC") -> datetime:
        """A moment (UTC) in the working hours of the zone on the day of `near`, or on the Monday after it."""
        day = near.date()
        day += timedelta(days=max(0, 7 - day.weekday()) if day.weekday() >= _SATURDAY else 0)
        clock = time(self.between(8, 16), self.between(0, 3) * 15)
        return datetime.combine(day, clock, ZoneInfo(zone)).astimezone(UTC)
