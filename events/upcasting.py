"""Numbered pure upcasters: each lifts the stored data of one type from form n to form n + 1.

A stored event never changes. When a class gets a new form, its SCHEMA goes up by one, a function here lifts the
old form, and `tests/events/corpus/` keeps an example of the old one for ever.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Data = dict[str, Any]


def _person_registered_1(data: Data) -> Data:
    """Form 1 called the time zone `timezone` and left it out for UTC; form 2 says `zone`, as every other event does."""
    lifted = {key: value for key, value in data.items() if key != "timezone"}
    return lifted | {"zone": data.get("timezone", "UTC")}


def _log_anchored_1(data: Data) -> Data:
    """Form 1 knew no mail but that of the installation, which form 2 gives no place."""
    return data | {"place": ""}


def _log_streams_root_1(data: Data) -> Data:
    """Form 1 knew no root over the programmes."""
    return data | {"programmes_root": ""}


UPCASTERS: dict[tuple[str, int], Callable[[Data], Data]] = {
    ("log.anchored", 1): _log_anchored_1,
    ("log.streams_root", 1): _log_streams_root_1,
    ("person.registered", 1): _person_registered_1,
}


def upcast(type_: str, stored: int, current: int, data: Data) -> Data:
    """The data in the current form; raises KeyError when a step is missing (start-up checks that none is)."""
    for form in range(stored, current):
        data = UPCASTERS[(type_, form)](data)
    return data


def missing_steps(schemas: dict[str, int]) -> list[tuple[str, int]]:
    """The (type, form) pairs below each type's current schema for which no upcaster stands here."""
    return [(t, n) for t, current in schemas.items() for n in range(1, current) if (t, n) not in UPCASTERS]
