"""What all commands inside a running relationship share: their stream, their moment, the first questions."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import cache
from typing import ClassVar
from zoneinfo import available_timezones

from projections.subjects.relationship import ACTIVE, RelationshipState
from services.errors import NotFound, Refused
from services.world import Command, World

_WESTERNMOST = timedelta(hours=12)


class WithinRelationship(Command, frozen=True, kw_only=True):
    """A command about something inside a relationship; occurred_at is when it happened, None for now."""

    KIND: ClassVar[str] = "relationship"
    relationship_id: str

    @property
    def target(self) -> str:
        """The id of the relationship."""
        return self.relationship_id


def must_exist(state: RelationshipState) -> None:
    """Raise NotFound for a relationship that never began, or whose import was undone."""
    if not state.status:
        raise NotFound("unknown_relationship", "There is no relationship of this id here.")


def must_run(state: RelationshipState) -> None:
    """Refuse (`not_active`) what only a running relationship may have."""
    must_exist(state)
    if state.status != ACTIVE:
        raise Refused(
            "not_active",
            f"The relationship is {state.status}; this needs a running one (status {ACTIVE}).",
            status=state.status,
        )


def must_belong(state: RelationshipState, person: str, part: str) -> None:
    """Refuse (`not_in_relationship`) somebody who is neither mentor nor mentee; part: what they would be."""
    if person not in state.mentors and person not in state.mentees:
        raise Refused(
            "not_in_relationship",
            f"The {part} is neither a mentor nor a mentee of this relationship; choose one of its people.",
            person=person,
        )


def must_say(text: str, code: str, sentence: str) -> None:
    """Refuse blank text."""
    if not text.strip():
        raise Refused(code, sentence)


def must_be_percent(value: int | None, what: str) -> None:
    """Refuse (`percent_out_of_range`) a percentage outside 0 to 100."""
    if value is not None and not 0 <= value <= 100:
        raise Refused("percent_out_of_range", f"{what} is a percentage: give 0 to 100, not {value}.", value=value)


def moment(occurred_at: datetime | None, world: World) -> datetime:
    """When the thing happened that a command reports: the time it names, else now."""
    return occurred_at or world.now


def earliest_today(at: datetime) -> date:
    """The date in the zone where the day ends last: no earlier date is `today` for anybody at that moment."""
    return (at - _WESTERNMOST).date()


def zone_exists(name: str) -> bool:
    """Whether the name is an IANA time zone."""
    return name in _zones()


@cache
def _zones() -> frozenset[str]:
    """Read once: asking for one name at a time would remember every wrong one that anybody ever sent."""
    return frozenset(available_timezones())
