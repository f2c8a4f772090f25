"""A programme's running relationships as a CSV roster: what the import reads, so that a file can go out and come back.

Every cell that a spreadsheet would take for a formula is marked as text, and read back without the mark.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from uuid import UUID

from projections.queries import Current, Queries
from projections.subjects.person import PersonState
from projections.subjects.programme import ProgrammeState
from projections.subjects.relationship import ACTIVE, RelationshipState
from services.imports.cells import escape_formula

COLUMNS = (
    "programme", "starts_on", "ends_on", "unit", "title", "goal", "measure", "skills",
    "mentor_emails", "mentor_names", "mentee_email", "mentee_name",
)  # fmt: skip  # a list of words
PAGE = 500
_BETWEEN = "; "

People = Mapping[str, PersonState]


def roster(queries: Queries, org: UUID, programme_id: str) -> Iterator[bytes]:
    """The file in pieces: UTF-8 with a byte order mark, since spreadsheets guess without one; a line per mentee."""
    programme = queries.one(org, f"programme-{programme_id}")
    state = programme.state if programme is not None else ProgrammeState()
    yield b"\xef\xbb\xbf" + _lines([COLUMNS])
    for page in _pages(queries, org, programme_id):
        streams = {f"person-{member.person}" for one in page for member in one.state.members}
        people = {found.id: found.state for found in queries.some(org, streams).values()}
        yield _lines([line for one in page for line in lines_of(one.state, state, people)])


def lines_of(state: RelationshipState, programme: ProgrammeState, people: People) -> list[tuple[str, ...]]:
    """The lines of one relationship, one per mentee, with an empty one in the place of a mentee still to be found."""
    goal = next(iter(state.goals.by_id.values()), None)
    mentors = [people.get(one, PersonState()) for one in state.mentors]
    shared = (
        programme.name,
        str(state.starts_on or programme.starts_on or ""),
        str(state.ends_on or programme.ends_on or ""),
        state.unit,
        state.title,
        goal.specific if goal is not None else state.about.description,
        goal.measurable if goal is not None else state.about.expected_outcome,
        _BETWEEN.join(state.about.skills),
        _BETWEEN.join(one.email or "" for one in mentors),
        _BETWEEN.join(one.name for one in mentors),
    )
    mentees = [people.get(one, PersonState()) for one in state.mentees] or [PersonState()]
    return [(*shared, one.email or "", one.name) for one in mentees]


def _pages(queries: Queries, org: UUID, programme_id: str) -> Iterator[list[Current]]:
    after: str | None = None
    while page := queries.many(org, "relationship", scope=programme_id, status=ACTIVE, after=after, limit=PAGE):
        yield page
        after = page[-1].stream


def _lines(lines: Sequence[Sequence[str]]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows([[escape_formula(cell) for cell in line] for line in lines])
    return text.getvalue().encode()
