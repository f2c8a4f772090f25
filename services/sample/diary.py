"""Where the facts of one life are collected, in any order; they leave it in the order in which they were written down.

That is the order in which they happened, but for what was written down late: it comes when all else has been.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from msgspec.structs import replace

from events.event import Event
from events.subjects.session import SessionCorrected
from services.pipeline import Fact
from services.sample.dice import Dice
from services.sample.people import Person
from services.sample.plots import Plot
from services.sample.texts import Theme


@dataclass(frozen=True, slots=True, kw_only=True)
class Late(Fact):
    """A fact that nobody had written down when it happened."""


@dataclass(slots=True)
class Line:
    """One entry; mark names it for a correction that follows, corrects is the mark of the entry that it corrects.

    late: it was not written down when it happened.
    """

    at: datetime
    data: Event
    mark: str = ""
    corrects: str = ""
    late: bool = False


@dataclass(slots=True)
class Diary:
    """One life while it is invented: its people change, its moment moves on, nothing after `limit` has happened yet."""

    relationship_id: str
    programme_id: str
    plot: Plot
    theme: Theme
    dice: Dice
    mentors: list[Person]
    mentees: list[Person]
    reserve: list[Person]
    cadence: int
    now: datetime
    limit: datetime
    ends_on: date | None = None
    lines: list[Line] = field(default_factory=list)

    def write(
        self, data: Event, at: datetime | None = None, *, mark: str = "", corrects: str = "", late: bool = False
    ) -> None:
        """Write something down that happens now, or at another moment; a correction always comes late."""
        self.lines.append(Line(at or self.now, data, mark, corrects, late or bool(corrects)))

    def wait(self, least: int, most: int) -> None:
        """Let some days pass."""
        self.now = self.dice.working(self.now + timedelta(days=self.dice.between(least, most)))

    def soon(self, least: int, most: int) -> datetime:
        """A moment some days from now, while now stays."""
        return self.dice.working(self.now + timedelta(days=self.dice.between(least, most)))

    def hasten(self, end: datetime) -> None:
        """Let what was still to come happen shortly before the end."""
        for line in self.lines:
            line.at = min(line.at, end - timedelta(hours=1))

    @property
    def people(self) -> tuple[Person, ...]:
        """Everybody who is in it now."""
        return (*self.mentors, *self.mentees)

    def facts(self) -> Iterator[Fact]:
        """What has happened by the limit, oldest first, then so what came late.

        Corrections name the version of what they correct.
        """
        stream = f"relationship-{self.relationship_id}"
        versions: dict[str, int] = {}
        happened = sorted((line for line in self.lines if line.at <= self.limit), key=lambda line: (line.late, line.at))
        for version, line in enumerate(happened, 1):
            versions[line.mark] = version
            data = line.data
            if isinstance(data, SessionCorrected):
                data = replace(data, corrects=versions[line.corrects])
            yield (Late if line.late else Fact)(stream=stream, data=data, occurred_at=line.at)
