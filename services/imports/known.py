"""What is known of a person, a programme, a relationship, as far as an import must know it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime

from events.subjects.goal import GoalSet
from events.subjects.relationship import Registered
from services.imports.keys import Name


@dataclass(kw_only=True)
class KnownPerson:
    """A person's entry; named_at is when the name and the address were last said."""

    person_id: str
    name: str
    email: str | None
    ref: str | None
    named_at: datetime


@dataclass(kw_only=True)
class KnownProgramme:
    """A programme; begun_at is the earliest moment that its log speaks of it."""

    programme_id: str
    name: str
    starts_on: date | None
    ends_on: date | None
    begun_at: datetime


@dataclass(kw_only=True)
class KnownRelationship:
    """A relationship under all the names that it ever had; mentors and mentees are all that it ever had.

    opened_at: the moments of its proposals and acceptances; registered: what a roster said of it last.
    """

    relationship_id: str
    programme_id: str
    name: Name
    names: set[Name] = field(default_factory=set)
    sub_units: set[str] = field(default_factory=set)
    mentors: set[str] = field(default_factory=set)
    mentees: set[str] = field(default_factory=set)
    opened_at: set[datetime] = field(default_factory=set)
    withdrawn: bool = False
    registered: Registered | None = None
    goals: dict[str, GoalSet] = field(default_factory=dict)
