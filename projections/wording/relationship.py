"""Headlines of a relationship's own life."""

from __future__ import annotations

from typing import assert_never

from events.subjects.relationship import (
    AcceptanceUndone,
    Accepted,
    Closed,
    Declined,
    LinkChanged,
    MenteeJoined,
    MentorJoined,
    MentorLeft,
    Moved,
    Proposed,
    Registered,
    Reinstated,
    Revised,
    SeparationProposed,
    StageChanged,
    Withdrawn,
)
from projections.wording.detail import label_of
from projections.wording.glossary import Glossary, count, listing, titled

Life = (
    Proposed
    | Registered
    | Accepted
    | Declined
    | AcceptanceUndone
    | MentorJoined
    | MentorLeft
    | MenteeJoined
    | Revised
    | LinkChanged
    | Moved
    | Withdrawn
    | Reinstated
    | StageChanged
    | SeparationProposed
    | Closed
)
_Beginning = Proposed | Registered | Accepted | Declined | AcceptanceUndone
_People = MentorJoined | MentorLeft | MenteeJoined
_Description = Revised | LinkChanged | Moved
_Course = Withdrawn | Reinstated | StageChanged | SeparationProposed | Closed


def headline(data: Life, glossary: Glossary) -> str:
    """One sentence for one event."""
    match data:
        case Proposed() | Registered() | Accepted() | Declined() | AcceptanceUndone():
            return _beginning(data, glossary)
        case MentorJoined() | MentorLeft() | MenteeJoined():
            return _people(data, glossary)
        case Revised() | LinkChanged() | Moved():
            return _description(data)
        case Withdrawn() | Reinstated() | StageChanged() | SeparationProposed() | Closed():
            return _course(data, glossary)
        case _:
            assert_never(data)


def _beginning(data: _Beginning, glossary: Glossary) -> str:
    match data:
        case Proposed():
            return titled("Proposed", data.title)
        case Registered():
            return titled("Taken over from the organisation's records", data.title)
        case Accepted():
            return "Accepted" if data.person is None else f"Accepted by {glossary.person(data.person)}"
        case Declined():
            return titled(f"Declined by {glossary.person(data.person)}", data.reason)
        case AcceptanceUndone():
            return titled("Acceptance taken back, the proposal stands again", data.reason)
        case _:
            assert_never(data)


def _people(data: _People, glossary: Glossary) -> str:
    person = glossary.person(data.person)
    match data:
        case MentorJoined():
            return f"{person} joined as mentor"
        case MenteeJoined():
            return f"{person} joined as mentee"
        case MentorLeft():
            heirs = f", {glossary.persons(data.replaced_by)} took over" if data.replaced_by else ""
            return f"{person} left as mentor{heirs}"
        case _:
            assert_never(data)


def _description(data: _Description) -> str:
    match data:
        case Revised():
            verb = "Description set back" if data.revert else "Description revised"
            fields = listing([label_of(one.field).lower() for one in data.changes])
            return f"{verb}: {fields}{' (small change)' if data.minor else ''}"
        case LinkChanged():
            return f"Links ({data.link}): {_tally(len(data.added), len(data.removed))}"
        case Moved():
            return titled(f"Moved from another programme, now {data.to_status}", data.title)
        case _:
            assert_never(data)


def _tally(added: int, removed: int) -> str:
    parts = ((added, "added"), (removed, "removed"))
    return listing([f"{count(n, 'address', 'addresses')} {verb}" for n, verb in parts if n]) or "unchanged"


def _course(data: _Course, glossary: Glossary) -> str:
    match data:
        case Withdrawn():
            by = f" by {glossary.person(data.person)}" if data.person else ""
            return titled(f"Withdrawn{by}", data.reason)
        case Reinstated():
            return titled(f"Reinstated, now {data.to}", data.reason)
        case StageChanged():
            return f"Stage changed from {data.was} to {data.to}"
        case SeparationProposed():
            return titled(f"The {data.side} side proposes to part", data.reason)
        case Closed():
            return titled(f"Closed, {data.outcome.replace('_', ' ')}", data.reason)
        case _:
            assert_never(data)
