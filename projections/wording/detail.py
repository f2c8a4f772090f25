"""The members of an event as pairs of label and text, for a reader who wants more than the headline."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import msgspec

from events.event import Event
from events.subjects.relationship import Change
from events.subjects.session import Commitment, Grow
from projections.wording.glossary import Glossary, day, moment

Detail = tuple[tuple[str, str], ...]

_PEOPLE = frozenset({"person", "mentors", "mentees", "replaced_by", "giver", "receiver", "owner", "by", "absent"})
_THINGS = frozenset({"goals_met"})
_HIDDEN = frozenset(
    {
        "relationship_id",
        "programme_id",
        "session_id",
        "goal_id",
        "feedback_id",
        "commitment_id",
        "cause_key",
        "message_ids",
        "corrects",
        "void",
        "simulated",
        "minor",
        "revert",
    }
)
_LABELS = {"due_on": "Due", "was": "Before", "to": "Now", "from_programme": "From programme"}


def detail(data: Event, glossary: Glossary) -> Detail:
    """Every member that says something, in the order of the event's form; ids of people as names."""
    pairs: list[tuple[str, str]] = []
    for name in data.__struct_fields__:
        value = getattr(data, name)
        if name not in _HIDDEN and value not in (None, "", ()):
            pairs += _pairs(name, value, glossary)
    return tuple(pairs)


def changed(data: Event, before: Event, glossary: Glossary) -> Detail:
    """As `detail`, with the former text beside each member of a correction that replaces one."""
    former = dict(detail(before, glossary))
    return tuple(
        (label, f"{text} (was: {former[label]})" if label in former and former[label] != text else text)
        for label, text in detail(data, glossary)
    )


def label_of(name: str) -> str:
    """A member's name as a label: `mentee_talked` is `Mentee talked`."""
    return _LABELS.get(name) or name.replace("_", " ").capitalize()


def _pairs(name: str, value: Any, glossary: Glossary) -> list[tuple[str, str]]:
    if isinstance(value, Grow):
        grow = msgspec.structs.asdict(value).items()
        return [(f"Notes, {label_of(part).lower()}", text) for part, text in grow if text]
    if isinstance(value, tuple) and isinstance(value[0], Commitment):
        return [("Commitment", _commitment(one, glossary)) for one in value]
    if isinstance(value, tuple) and isinstance(value[0], Change):
        return [(label_of(one.field), _change(one)) for one in value]
    return [(label_of(name), _text(name, value, glossary))]


def _text(name: str, value: Any, glossary: Glossary) -> str:
    if name in _PEOPLE or (name == "to" and isinstance(value, tuple)):
        return glossary.persons((value,) if isinstance(value, str) else value)
    if name == "from_programme":
        return glossary.names.get(value, value)
    if name in _THINGS:
        return ", ".join(map(glossary.thing, value))
    return plain(value)


def plain(value: Any) -> str:
    """A value as text: dates in words, yes and no, lists by commas."""
    match value:
        case bool():
            return "yes" if value else "no"
        case datetime():
            return moment(value)
        case date():
            return day(value)
        case tuple() | list():
            return ", ".join(map(plain, value))
        case _:
            return str(value)


def _commitment(one: Commitment, glossary: Glossary) -> str:
    return f"{one.text} ({glossary.person(one.owner)}, by {day(one.due_on)})"


def _change(one: Change) -> str:
    now = plain(one.to) if one.to else "(empty)"
    return f"{now} (was: {plain(one.was)})" if one.was else now
