"""Names for the ids that a sentence is about, and the forms of dates, numbers and lists in it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class Glossary:
    """What ids stand for.

    names: of people and programmes by id, as far as they may be shown; things: what earlier events called a
    goal, commitment, session or feedback, by its id, filled while a timeline is read.
    """

    names: Mapping[str, str] = field(default_factory=dict)
    things: dict[str, str] = field(default_factory=dict)

    def person(self, person_id: str) -> str:
        """The person's name, or a stand-in that stays the same for the same person."""
        return self.names.get(person_id) or f"person {person_id[:8]}"

    def persons(self, person_ids: Iterable[str]) -> str:
        """Several people in one phrase; "nobody" for none."""
        return listing([self.person(one) for one in person_ids]) or "nobody"

    def thing(self, thing_id: str) -> str:
        """What the thing was called when it was made; a stand-in when its event is not among those read."""
        return self.things.get(thing_id, f"({thing_id[:8]})")


def listing(words: list[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} and {words[-1]}"


def count(number: int, singular: str, plural: str | None = None) -> str:
    """`1 minute`, `2 minutes`."""
    return f"{number} {singular if number == 1 else plural or singular + 's'}"


def short(text: str, limit: int = 80) -> str:
    """The first line of a text, cut at a word to the limit."""
    line = text.strip().partition("\n")[0].strip()
    if len(line) <= limit:
        return line
    return line[: limit - 1].rsplit(" ", 1)[0].rstrip(" ,;:") + "…"


def titled(lead: str, title: str) -> str:
    """`lead: title`, or the lead alone."""
    return f"{lead}: {short(title)}" if title.strip() else lead


def day(when: date) -> str:
    """`3 March 2026`."""
    return f"{when.day} {when:%B} {when.year}"


def moment(when: datetime, zone: str = "UTC") -> str:
    """`3 March 2026, 14:00 (Europe/Paris)`: the clock of the zone; UTC when this machine lacks the zone."""
    try:
        local = when.astimezone(ZoneInfo(zone))
    except (KeyError, ValueError, OSError):
        local, zone = when.astimezone(UTC), "UTC"
    return f"{day(local.date())}, {local:%H:%M} ({zone})"
