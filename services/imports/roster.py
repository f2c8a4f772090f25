"""A roster becomes facts: per row a running relationship, its goal, its people and their enrolments."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from events.event import Event
from events.subjects.enrolment import Enrolled
from events.subjects.goal import GoalRevised, GoalSet
from events.subjects.relationship import Registered
from services.ids import enrolment_id
from services.imports import addresses, columns, entries, people, programmes
from services.imports.csvfile import Sheet
from services.imports.directory import Directory
from services.imports.keys import Name, name_of, natural_id
from services.imports.known import KnownRelationship
from services.imports.matching import Wanted, bind
from services.imports.rosterrows import Entry, read_row
from services.imports.verdicts import Note, Plan, RowRefused, RowVerdict, judged, refused
from services.pipeline import Fact

FORMAT = "roster"


def plan_roster(org: UUID, sheet: Sheet, directory: Directory, now: datetime, cause: str) -> Plan:
    """A verdict for every row of the sheet. The directory takes in what is planned.

    now bounds every moment; cause is what the events will carry. Raises Refused `missing_columns`,
    `duplicate_column`.
    """
    placed, unread = columns.place(sheet.header)
    read = [read_row(row, placed) for row in sheet.rows]
    fresh = _first_of_its_kind([one for one in read if isinstance(one, Entry)])
    valid = [one for one in read if isinstance(one, Entry) and fresh[one.line] is None]
    wanted = [_wanted(org, directory, one) for one in valid]
    bound = bind(wanted, _candidates(wanted, directory), _may_be_one)
    ids = {one.line: bound.get(at, wanted[at].relationship_id) for at, one in enumerate(valid)}
    planner = _Planner(org, directory, now, cause)
    rows = []
    for row, one in zip(sheet.rows, read, strict=True):
        if not isinstance(one, Entry):
            rows.append(refused(row.line, _label(row.cells, placed["title"]), *one))
        elif (twin := fresh[one.line]) is not None:
            rows.append(refused(one.line, one.title, _duplicate(twin)))
        else:
            rows.append(planner.row(one, ids[one.line]))
    return Plan(format=FORMAT, rows=tuple(rows), notes=(*sheet.notes, *unread))


def _label(cells: Sequence[str], at: int) -> str:
    return cells[at].strip()[: entries.MAX_TITLE] if at < len(cells) else ""


def _first_of_its_kind(read: Sequence[Entry]) -> dict[int, int | None]:
    """Line -> the line of an earlier row about the same programme, unit, title and mentee, or None."""
    first: dict[tuple[Name, str], int] = {}
    twins: dict[int, int | None] = {}
    for one in read:
        key = (name_of(one.programme, one.unit, one.title), addresses.key(one.mentee.address))
        earlier = first.setdefault(key, one.line)
        twins[one.line] = earlier if earlier != one.line else None
    return twins


def _duplicate(line: int) -> Note:
    message = f"The row says the same programme, unit, title and mentee as line {line}; keep one of them."
    return Note(code="duplicate_row", message=message, column="title")


def _wanted(org: UUID, directory: Directory, entry: Entry) -> Wanted:
    name = name_of(entry.programme, entry.unit, entry.title)
    mentee = addresses.key(entry.mentee.address)
    return Wanted(
        relationship_id=natural_id(org, "relationship", *name, mentee),
        name=name,
        names=frozenset({name}),
        mentors=frozenset(people.id_by_address(org, directory, one.address) for one in entry.mentors),
        mentees=frozenset({people.id_by_address(org, directory, mentee)}),
    )


def _candidates(wanted: Sequence[Wanted], directory: Directory) -> dict[str, KnownRelationship]:
    """Those that any row may be about: in a programme whose pairs all have one title the others are many."""
    mentees = {mentee for one in wanted for mentee in one.mentees}
    return {
        id_: known
        for id_, known in directory.relationships.items()
        if not known.mentees or not known.mentees.isdisjoint(mentees)
    }


def _may_be_one(wanted: Wanted, known: KnownRelationship) -> bool:
    """A row is not one with a relationship that has its mentee, who is another one."""
    return not known.mentees or bool(wanted.mentees & known.mentees)


class _Planner:
    def __init__(self, org: UUID, directory: Directory, now: datetime, cause: str) -> None:
        self._org, self._directory, self._now, self._cause = org, directory, now, cause

    def row(self, entry: Entry, relationship_id: str) -> RowVerdict:
        """The verdict on a row; its facts are in the directory afterwards, or none of them."""
        at = min(entries.midnight(entry.starts_on), self._now)
        facts, notes = self._introductions(entry, at)
        facts += self._relationship(entry, relationship_id, at)
        try:
            entries.storable(self._org, facts, self._cause)
        except RowRefused as refusal:
            return refused(entry.line, entry.title, refusal.note)
        for fact in facts:
            self._directory.take(fact.stream, fact.occurred_at, fact.data)
        return judged(entry.line, entry.title, tuple(facts), (*entry.notes, *notes))

    def _introductions(self, entry: Entry, at: datetime) -> tuple[list[Fact], list[Note]]:
        """Programme, people and their places in it, as far as they are new."""
        term = (entry.starts_on, entry.ends_on)
        facts, notes = programmes.from_roster(self._org, self._directory, entry.programme, term, at)
        programme_id = programmes.id_of(self._org, self._directory, entry.programme)
        roles = [*((mentor, "mentor") for mentor in entry.mentors), (entry.mentee, "mentee")]
        for named, role in roles:
            known, doubts = people.from_roster(self._org, self._directory, named, at)
            person_id = people.id_by_address(self._org, self._directory, named.address)
            facts += [*known, *self._enrolment(programme_id, person_id, role, at)]
            notes += doubts
        return facts, notes

    def _enrolment(self, programme_id: str, person_id: str, role: str, at: datetime) -> list[Fact]:
        id_ = enrolment_id(self._org, programme_id, person_id, role)
        if id_ in self._directory.enrolments:
            return []
        data = Enrolled(enrolment_id=id_, programme_id=programme_id, person_id=person_id, role=role)
        return [Fact(stream=f"enrolment-{id_}", data=data, occurred_at=at)]

    def _relationship(self, entry: Entry, relationship_id: str, at: datetime) -> list[Fact]:
        org, directory = self._org, self._directory
        registered = Registered(
            relationship_id=relationship_id,
            programme_id=programmes.id_of(org, directory, entry.programme),
            mentors=tuple(people.id_by_address(org, directory, one.address) for one in entry.mentors),
            mentees=(people.id_by_address(org, directory, entry.mentee.address),),
            title=entry.title, unit=entry.unit, description=entry.goal, expected_outcome=entry.measure,
            skills=entry.skills, starts_on=entry.starts_on, ends_on=entry.ends_on,
        )  # fmt: skip  # texts in one line
        known = directory.relationships.get(relationship_id)
        data: list[Event] = [registered] if known is None or known.registered != registered else []
        data += _goal(entry, relationship_id, known)
        return [Fact(stream=f"relationship-{relationship_id}", data=one, occurred_at=at) for one in data]


def _goal(entry: Entry, relationship_id: str, known: KnownRelationship | None) -> list[Event]:
    """The goal that the row gives, new or changed; a row without the text of a goal sets none."""
    if not entry.goal:
        return []
    goal_id = natural_id(UUID(relationship_id), "goal")
    told = GoalSet(goal_id=goal_id, specific=entry.goal, measurable=entry.measure, due_on=entry.ends_on)
    before = known.goals.get(goal_id) if known else None
    if before is None:
        return [told]
    if before == told:
        return []
    changed = GoalRevised(
        goal_id=goal_id, specific=entry.goal, measurable=entry.measure, due_on=entry.ends_on, reason="roster"
    )
    return [changed]
