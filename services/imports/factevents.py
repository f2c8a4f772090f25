"""The one event that a fact is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from events.event import Event
from events.subjects.person import ContactCorrected
from events.subjects.programme import DeadlineRemoved, DeadlineSet, StatusNoted
from events.subjects.relationship import (
    AcceptanceUndone,
    Accepted,
    Change,
    LinkChanged,
    MentorJoined,
    MentorLeft,
    Moved,
    Proposed,
    Reinstated,
    Revised,
    Withdrawn,
)
from services.imports.chains import Link
from services.imports.factdetails import Changes, Contact, Deadline, Described, Left, Links, Stage, Status
from services.imports.factlines import FactLine
from services.imports.verdicts import RowRefused


@dataclass(frozen=True, slots=True)
class Ids:
    """How names of programmes and references to people become ids."""

    programme: Callable[[str], str]
    person: Callable[[str], str]

    def people(self, refs: tuple[str, ...]) -> tuple[str, ...]:
        """The ids of several people, each once."""
        return tuple(dict.fromkeys(self.person(ref) for ref in refs))


def outside_relationships(fact: FactLine, ids: Ids) -> tuple[str, Event]:
    """The stream and the event of a fact about a programme or a person's entry."""
    programme = f"programme-{ids.programme(fact.programme)}"
    match fact.detail:
        case Contact() as contact:
            data = ContactCorrected(
                fields=contact.fields,
                filled_in=contact.filled_in,
                source=f"history: {fact.programme}, {fact.title}",
            )
            return f"person-{ids.person(fact.person or '')}", data
        case Deadline() as deadline if fact.kind == "deadline_removed":
            return programme, DeadlineRemoved(activity=deadline.activity, was=deadline.was)
        case Deadline() as deadline:
            return programme, DeadlineSet(activity=deadline.activity, text=deadline.to or "", was=deadline.was)
        case Status() as status:
            return programme, StatusNoted(text=status.to, was=status.was, source=status.source)
        case _:
            raise _no_event(fact)


def of_relationship(link: Link, relationship_id: str, ids: Ids) -> Event:
    """The event of a fact in the life of a relationship."""
    fact = link.fact
    match fact.detail:
        case Described() as told:
            return _described(fact, told, relationship_id, ids)
        case Changes() as revision:
            return Revised(changes=_changes(link, revision), minor=revision.minor, revert=revision.revert)
        case Links() as pages:
            return LinkChanged(link=pages.link, added=pages.urls, removed=pages.removed)
        case Stage() as stage:
            return Withdrawn(was=stage.stage)
        case Left() as left:
            return MentorLeft(person=ids.person(fact.person or ""), replaced_by=ids.people(left.swapped_for))
        case _:
            return _plain(fact, ids)


def _plain(fact: FactLine, ids: Ids) -> Event:
    match fact.kind:
        case "mentor_added":
            return MentorJoined(person=ids.person(fact.person or ""))
        case "acceptance_undone":
            return AcceptanceUndone()
        case _:
            raise _no_event(fact)


def _described(fact: FactLine, told: Described, relationship_id: str, ids: Ids) -> Event:
    programme_id, mentors = ids.programme(fact.programme), ids.people(told.mentors)
    links = (*told.issue_urls, *told.programme_urls)
    match fact.kind:
        case "proposed":
            return Proposed(
                relationship_id=relationship_id, programme_id=programme_id, mentors=mentors,
                title=fact.title, unit=fact.unit, sub_unit=told.sub_unit, description=told.description,
                expected_outcome=told.expected_outcome, size=told.size, skills=told.skills, links=links,
                roles={ids.person(ref): role for ref, role in told.roles.items()},
            )  # fmt: skip  # texts in few lines
        case "accepted":
            return Accepted(
                relationship_id=relationship_id, programme_id=programme_id, mentors=mentors,
                title=fact.title, unit=fact.unit, sub_unit=told.sub_unit, description=told.description,
                expected_outcome=told.expected_outcome, size=told.size, skills=told.skills, links=links,
            )  # fmt: skip  # as above
        case "moved":
            return Moved(
                relationship_id=relationship_id, programme_id=programme_id, mentors=mentors,
                from_programme=ids.programme(told.from_programme), to_status=told.to_stage,
                title=fact.title, unit=fact.unit, sub_unit=told.sub_unit, description=told.description,
                skills=told.skills, links=links,
            )  # fmt: skip  # as above
        case "reinstated":
            return Reinstated(to=told.stage)
        case _:
            raise _no_event(fact)


def _changes(link: Link, revision: Changes) -> tuple[Change, ...]:
    """The changes that the fact tells, and its unit where that is new without being told."""
    changes = tuple(Change(field=field, to=change.to, was=change.was) for field, change in revision.changes.items())
    if link.drifted and "unit" not in revision.changes:
        return (*changes, Change(field="unit", to=link.fact.unit))
    return changes


def _no_event(fact: FactLine) -> RowRefused:
    return RowRefused("unknown_kind", f"A fact of kind {fact.kind!r} has no event here.", "kind")
