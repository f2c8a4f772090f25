"""What simulated people say and work on, read from the files of this package's folder `texts`."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import TypeVar

import msgspec

T = TypeVar("T")


class GoalText(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A goal by its SMART criteria; its date is the life's affair."""

    specific: str
    measurable: str
    achievable: str
    relevant: str


class SessionText(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Notes of a session by the headings of GROW; mentee, mentor: what each commits to, empty for nothing."""

    goal: str
    reality: str
    options: str
    way_forward: str
    mentee: str
    mentor: str


class Theme(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a relationship is about: its titles are alternatives, its sessions follow each other."""

    unit: str
    titles: tuple[str, ...]
    description: str
    skills: tuple[str, ...]
    goals: tuple[GoalText, ...]
    sessions: tuple[SessionText, ...]


class Terms(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a pair agrees on beside its cadence."""

    channel: str
    confidentiality: str
    working_style: str


class Sayings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is said whatever the theme; each name is the occasion."""

    about: tuple[str, ...]
    agreements: tuple[Terms, ...]
    answers: tuple[str, ...]
    cancellations: tuple[str, ...]
    challenge: tuple[str, ...]
    completed: tuple[str, ...]
    constructive: tuple[str, ...]
    corrections: tuple[str, ...]
    declines: tuple[str, ...]
    drops: tuple[str, ...]
    ended_early: tuple[str, ...]
    evidence: tuple[str, ...]
    first_meetings: tuple[str, ...]
    fits: tuple[str, ...]
    kept: tuple[str, ...]
    look_backs: tuple[str, ...]
    misfits: tuple[str, ...]
    no_fault_exit: tuple[str, ...]
    not_started: tuple[str, ...]
    praise: tuple[str, ...]
    progress: tuple[str, ...]
    reinstatements: tuple[str, ...]
    releases: tuple[str, ...]
    retitles: tuple[str, ...]
    revisions: tuple[str, ...]
    separations: tuple[str, ...]
    sessions: tuple[SessionText, ...]
    swaps: tuple[str, ...]
    to_cultivation: tuple[str, ...]
    to_separation: tuple[str, ...]
    voids: tuple[str, ...]
    withdrawals: tuple[str, ...]


@cache
def themes(kind: str) -> tuple[Theme, ...]:
    """The themes of a kind of programme."""
    return _read(kind, tuple[Theme, ...])


@cache
def sayings() -> Sayings:
    """What is said in any programme."""
    return _read("common", Sayings)


def _read(name: str, form: type[T]) -> T:
    text = (files(__package__) / "texts" / f"{name}.json").read_bytes()
    return msgspec.json.decode(text, type=form)
