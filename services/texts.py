"""What any text, name, term or number in a command must keep to, whoever sent it."""

from __future__ import annotations

import unicodedata
from datetime import date, datetime

from services.errors import Refused
from services.world import World

TITLE, NAME, TEXT = 300, 200, 10_000
ITEMS = 100
CAPACITIES = range(1, 1001)
_NOT_IN_A_LINE = {"Cc", "Zl", "Zp"}
"""Unicode's control characters, line and paragraph separators. Joiners (Cf) are part of how some names are written."""


def must_fit(limit: int, **texts: str) -> None:
    """Refuse text that is longer than limit characters (`text_too_long`) or has a NUL (`text_has_nul`)."""
    for name, text in texts.items():
        if len(text) > limit:
            sentence = f"{name} has {len(text)} characters; {limit} are the most. Shorten it."
            raise Refused("text_too_long", sentence, field=name, limit=limit)
        if "\0" in text:
            raise Refused("text_has_nul", f"{name} has a NUL character; take it out.", field=name)


def must_be_list(**lists: tuple[str, ...]) -> None:
    """Refuse lists of more than 100 items (`too_many_items`), and items that do not fit."""
    for name, items in lists.items():
        if len(items) > ITEMS:
            sentence = f"{name} has {len(items)} items; {ITEMS} are the most."
            raise Refused("too_many_items", sentence, field=name, limit=ITEMS)
        for item in items:
            must_fit(TEXT if name == "links" else TITLE, **{name: item})


def must_be_named(name: str) -> None:
    """Refuse a name that is blank (`name_missing`), too long or more than a line of text (`name_unprintable`)."""
    if not name.strip():
        raise Refused("name_missing", "A name is needed; fill in `name`.")
    must_fit(NAME, name=name)
    for char in name:
        if unicodedata.category(char) in _NOT_IN_A_LINE:
            sentence = f"The name has a character that cannot be printed in a line (U+{ord(char):04X}); take it out."
            raise Refused("name_unprintable", sentence, field="name")


def must_be_term(starts_on: date | None, ends_on: date | None) -> None:
    """Refuse (`ends_before_start`) a term that is over before it begins."""
    if starts_on is not None and ends_on is not None and ends_on < starts_on:
        raise Refused("ends_before_start", f"The term ends on {ends_on}, before it begins on {starts_on}.")


def must_be_capacity(capacity: int | None) -> None:
    """Refuse (`capacity_out_of_range`) a number of relationships that nobody can mean; None is no limit."""
    if capacity is not None and capacity not in CAPACITIES:
        low, high = CAPACITIES[0], CAPACITIES[-1]
        sentence = f"A capacity is {low} to {high} running relationships, or none given; not {capacity}."
        raise Refused("capacity_out_of_range", sentence, capacity=capacity)


def must_follow(occurred_at: datetime | None, last: datetime | None, world: World) -> None:
    """Refuse (`before_last_change`) a change that would lie before the last one: it would do nothing."""
    at = occurred_at or world.now
    if last is not None and at < last:
        sentence = f"The same thing changed last at {last.isoformat()}; give a time that is not before it."
        raise Refused("before_last_change", sentence, last=last.isoformat())
