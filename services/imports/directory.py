"""What the organisation already has, as far as an import must know it: a pure fold of its events.

Batches that were undone do not count. Names of relationships are kept for ever: a row may use a former one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from typing import Any

import msgspec

from events.event import Event, Happened
from events.subjects.batch import Undone
from events.subjects.enrolment import Enrolled
from events.subjects.goal import GoalSet
from events.subjects.person import ContactCorrected, PersonRegistered
from events.subjects.programme import (
    DeadlineRemoved,
    DeadlineSet,
    ProgrammeCreated,
    ProgrammeRenamed,
    StatusNoted,
)
from events.subjects.relationship import (
    AcceptanceUndone,
    Accepted,
    LinkChanged,
    MenteeJoined,
    MentorJoined,
    MentorLeft,
    Moved,
    Proposed,
    Registered,
    Reinstated,
    Revised,
    Withdrawn,
)
from projections.fold import BATCH
from services.imports import addresses
from services.imports.keys import Name, folded
from services.imports.known import KnownPerson, KnownProgramme, KnownRelationship

_FACTS = (
    *(Proposed, Accepted, AcceptanceUndone, MentorJoined, MentorLeft, Revised, LinkChanged, Moved, Withdrawn),
    *(Reinstated, DeadlineSet, DeadlineRemoved, StatusNoted, ContactCorrected),
)
_OTHERS = (
    *(ProgrammeCreated, ProgrammeRenamed, PersonRegistered, Enrolled, Registered, MenteeJoined, GoalSet),
    Undone,
)
TYPES = tuple(sorted(cls.TYPE for cls in (*_FACTS, *_OTHERS)))


class Directory:
    """Look-ups over what is known; `take` adds one more event."""

    def __init__(self) -> None:
        self.programmes: dict[str, KnownProgramme] = {}
        self.people: dict[str, KnownPerson] = {}
        self.relationships: dict[str, KnownRelationship] = {}
        self.enrolments: set[str] = set()
        self.said: Counter[tuple[str, datetime, bytes]] = Counter()
        self.by_programme_name: dict[str, KnownProgramme] = {}
        self.by_address: dict[str, KnownPerson] = {}
        self.by_ref: dict[str, KnownPerson] = {}
        self.by_name: dict[str, set[str]] = {}

    def programme(self, name: str) -> KnownProgramme | None:
        """The programme that goes, or went, by a name."""
        return self.by_programme_name.get(folded(name))

    def person_by_address(self, address: str) -> KnownPerson | None:
        """The person who has, or had, an address."""
        return self.by_address.get(addresses.key(address))

    def already_said(self, stream: str, at: datetime, data: Event) -> bool:
        """Whether exactly this fact is in the log."""
        return self.said[fingerprint(stream, at, data)] > 0

    def take(self, stream: str, at: datetime, data: Event) -> None:
        """Note one more event; events of types that are no concern of imports are ignored."""
        if isinstance(data, _FACTS):
            self.said[fingerprint(stream, at, data)] += 1
        _take(self, stream.partition("-")[2], at, data)


def fingerprint(stream: str, at: datetime, data: Event) -> tuple[str, datetime, bytes]:
    """What makes two facts one."""
    return stream, at, data.TYPE.encode() + msgspec.json.encode(data)


def directory_of(history: Iterable[Happened[Any]]) -> Directory:
    """The directory after all these events, without those of batches that were undone."""
    events = list(history)
    undone = {(one.stream, one.data.batch_id) for one in events if isinstance(one.data, Undone)}
    directory = Directory()
    for one in events:
        batch = (one.cause or "").removeprefix(BATCH)
        if (one.stream, batch) not in undone:
            directory.take(one.stream, one.occurred_at, one.data)
    return directory


def _take(directory: Directory, id_: str, at: datetime, data: Event) -> None:
    match data:
        case ProgrammeCreated():
            known = KnownProgramme(
                programme_id=data.programme_id,
                name=data.name,
                starts_on=data.starts_on,
                ends_on=data.ends_on,
                begun_at=at,
            )
            directory.programmes[data.programme_id] = directory.by_programme_name[folded(data.name)] = known
        case ProgrammeRenamed():
            _rename_programme(directory, id_, data, at)
        case PersonRegistered():
            _index(directory, KnownPerson(
                person_id=data.person_id, name=data.name, email=data.email, ref=data.ref, named_at=at
            ))  # fmt: skip  # one meaning
        case ContactCorrected():
            _correct(directory, id_, data, at)
        case Enrolled():
            directory.enrolments.add(data.enrolment_id)
        case Undone():
            pass
        case _:
            _take_of_relationship(directory, id_, at, data)


def _rename_programme(directory: Directory, programme_id: str, data: ProgrammeRenamed, at: datetime) -> None:
    known = directory.programmes.get(programme_id)
    if known is not None:
        known.begun_at = min(known.begun_at, at)
        known.name, known.starts_on, known.ends_on = data.name, data.starts_on, data.ends_on
        directory.by_programme_name[folded(data.name)] = known


def _index(directory: Directory, person: KnownPerson) -> None:
    directory.people[person.person_id] = person
    if person.email is not None:
        directory.by_address.setdefault(addresses.key(person.email), person)
    if person.ref is not None:
        directory.by_ref.setdefault(person.ref, person)
    directory.by_name.setdefault(folded(person.name), set()).add(person.person_id)


def _correct(directory: Directory, person_id: str, data: ContactCorrected, at: datetime) -> None:
    person = directory.people.get(person_id)
    if person is not None and (data.name or data.email):
        person.name, person.email = data.name or person.name, data.email or person.email
        person.named_at = max(person.named_at, at)
        _index(directory, person)


def _take_of_relationship(directory: Directory, relationship_id: str, at: datetime, data: Event) -> None:
    if isinstance(data, Proposed | Accepted | Registered | Moved):
        _introduce(directory, at, data)
    known = directory.relationships.get(relationship_id)
    if known is None:
        return
    match data:
        case Revised():
            for change in data.changes:
                _rename(known, change.field, change.to)
        case MentorJoined():
            known.mentors.add(data.person)
        case MenteeJoined():
            known.mentees.add(data.person)
        case Withdrawn():
            known.withdrawn = True
        case Reinstated() | Accepted() | Moved():
            known.withdrawn = False
        case GoalSet():
            known.goals[data.goal_id] = data
        case _:
            pass


def _introduce(directory: Directory, at: datetime, data: Proposed | Accepted | Registered | Moved) -> None:
    known = directory.relationships.get(data.relationship_id)
    programme = directory.programmes.get(data.programme_id)
    key = folded(programme.name) if programme else ""
    if known is None:
        name = Name(key, folded(data.unit), folded(data.title))
        known = KnownRelationship(relationship_id=data.relationship_id, programme_id=data.programme_id, name=name)
        directory.relationships[data.relationship_id] = known
    known.programme_id = data.programme_id
    known.name = Name(key, folded(data.unit) or known.name.unit, folded(data.title) or known.name.title)
    known.names.add(known.name)
    known.mentors.update(data.mentors)
    known.mentees.update(() if isinstance(data, Moved) else data.mentees)
    if isinstance(data, Registered):
        known.registered = data
    else:
        known.opened_at.add(at)
        if data.sub_unit:
            known.sub_units.add(folded(data.sub_unit))


def _rename(known: KnownRelationship, changed: str, to: str | tuple[str, ...] | None) -> None:
    if not isinstance(to, str):
        return
    match changed:
        case "title":
            known.name = known.name._replace(title=folded(to))
        case "unit":
            known.name = known.name._replace(unit=folded(to))
        case "sub_unit":
            known.sub_units.add(folded(to))
        case _:
            pass
    known.names.add(known.name)
