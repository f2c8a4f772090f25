"""Which programme is meant: by name, without regard to case, spaces and punctuation."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from events.event import Event
from events.subjects.programme import ProgrammeCreated, ProgrammeOpened, ProgrammeRenamed
from services.imports.directory import Directory
from services.imports.keys import folded, natural_id
from services.imports.known import KnownProgramme
from services.imports.verdicts import Note
from services.pipeline import Fact


def id_of(org: UUID, directory: Directory, name: str) -> str:
    """The programme's id, the one that it will get if it is new."""
    known = directory.programme(name)
    return known.programme_id if known else natural_id(org, "programme", folded(name))


def from_roster(
    org: UUID, directory: Directory, name: str, term: tuple[date, date | None], at: datetime
) -> tuple[list[Fact], list[Note]]:
    """A new programme with its term; or the term of one that had none yet."""
    known = directory.programme(name)
    if known is None:
        return _new(org, directory, name, at, term), []
    if known.starts_on is None and known.ends_on is None:
        data = ProgrammeRenamed(name=known.name, starts_on=term[0], ends_on=term[1])
        return _facts(known.programme_id, known.begun_at, data), []
    if (known.starts_on, known.ends_on) != term:
        term_of = f"{known.starts_on} to {known.ends_on}"
        message = f"The term of {known.name!r} is {term_of}; the row keeps its own dates."
        return [], [Note(code="term_differs", message=message, column="starts_on")]
    return [], []


def from_history(org: UUID, directory: Directory, name: str, at: datetime) -> list[Fact]:
    """A new programme without a term; or an earlier beginning of one whose roster was imported first."""
    known = directory.programme(name)
    if known is None:
        return _new(org, directory, name, at, (None, None))
    if at < known.begun_at:
        return _began_earlier(known, at)
    return []


def _began_earlier(known: KnownProgramme, at: datetime) -> list[Fact]:
    """The roster says when the term began.

    The facts show that the programme was called so and open before.
    """
    named = ProgrammeRenamed(name=known.name, starts_on=known.starts_on, ends_on=known.ends_on)
    return _facts(known.programme_id, at, named, ProgrammeOpened())


def _new(org: UUID, directory: Directory, name: str, at: datetime, term: tuple[date | None, date | None]) -> list[Fact]:
    programme_id = id_of(org, directory, name)
    created = ProgrammeCreated(programme_id=programme_id, name=name, starts_on=term[0], ends_on=term[1])
    return _facts(programme_id, at, created, ProgrammeOpened())


def _facts(programme_id: str, at: datetime, *data: Event) -> list[Fact]:
    return [Fact(stream=f"programme-{programme_id}", data=one, occurred_at=at) for one in data]
