"""What an import says of each row: import, unchanged, warning (imported, with notes) or refused.

And the whole plan.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from services.errors import ServiceError
from services.pipeline import Fact

IMPORT, UNCHANGED, WARNING, REFUSED = "import", "unchanged", "warning", "refused"
VERDICTS = (IMPORT, UNCHANGED, WARNING, REFUSED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """One remark: a stable code, a sentence that a person can act on, the column or member it is about."""

    code: str
    message: str
    column: str | None = None


class RowRefused(ServiceError):
    """A row cannot be taken over; the others go on. column is the column or member at fault."""

    def __init__(self, code: str, message: str, column: str | None = None) -> None:
        super().__init__(code, message, column=column)
        self.column = column

    @property
    def note(self) -> Note:
        """The refusal as a remark on the row."""
        return Note(code=self.code, message=self.message, column=self.column)


@dataclass(frozen=True, slots=True, kw_only=True)
class RowVerdict:
    """One row: the line on which it begins (1 is the first), and the facts it would add, all or none."""

    line: int
    label: str
    verdict: str
    notes: tuple[Note, ...] = ()
    facts: tuple[Fact, ...] = ()


def refused(line: int, label: str, *notes: Note) -> RowVerdict:
    """A row that adds nothing, and why."""
    return RowVerdict(line=line, label=label, verdict=REFUSED, notes=notes)


def judged(line: int, label: str, facts: tuple[Fact, ...], notes: tuple[Note, ...] = ()) -> RowVerdict:
    """A row that is taken over; without facts it was already so."""
    verdict = WARNING if notes and facts else IMPORT if facts else UNCHANGED
    return RowVerdict(line=line, label=label, verdict=verdict, notes=notes, facts=facts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Every row of a file with its verdict, in the file's order; notes are about the file as a whole.

    order: the rows in the order in which their facts go to the log (indexes of rows).
    """

    format: str
    rows: tuple[RowVerdict, ...]
    notes: tuple[Note, ...] = ()
    order: tuple[int, ...] = field(default=())

    def counts(self) -> dict[str, int]:
        """How many rows have each verdict."""
        found = Counter(row.verdict for row in self.rows)
        return {verdict: found[verdict] for verdict in VERDICTS}

    def groups(self) -> Iterator[tuple[Fact, ...]]:
        """The facts of each row that has some, in the order in which they go to the log."""
        for index in self.order or range(len(self.rows)):
            if self.rows[index].facts:
                yield self.rows[index].facts

    def facts(self) -> Iterator[Fact]:
        """All facts, in the order in which they go to the log."""
        for group in self.groups():
            yield from group
