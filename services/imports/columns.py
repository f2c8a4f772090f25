"""The roster's columns, known by many names: case, spaces, underscores and punctuation do not matter."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence

from services.errors import Refused
from services.imports.verdicts import Note

REQUIRED = ("programme", "starts_on", "ends_on", "title", "mentor_emails", "mentee_email")
OPTIONAL = ("unit", "goal", "measure", "skills", "mentor_names", "mentee_name")
ALIASES = {
    "programme": ("program", "programmename", "programname", "term", "cohort"),
    "starts_on": (
        "startson",
        "start",
        "starts",
        "startdate",
        "startingdate",
        "from",
        "begin",
        "begins",
        "begindate",
    ),
    "ends_on": ("endson", "end", "ends", "enddate", "endingdate", "to", "until", "finish", "finishdate"),
    "unit": ("project", "team", "department", "organisation", "organization", "group"),
    "title": ("topic", "subject", "mentorship", "mentorshiptitle", "projecttitle", "name"),
    "goal": ("goals", "description", "objective", "smartgoal"),
    "measure": ("measures", "measurable", "outcome", "expectedoutcome", "expectedoutcomes", "successmeasure"),
    "skills": ("skill", "technologies", "requiredskills", "recommendedskills"),
    "mentor_emails": (
        "mentoremails",
        "mentoremail",
        "mentorsemail",
        "mentorsemails",
        "mentoraddress",
        "mentoraddresses",
        "mentormail",
        "mentormails",
        "emailofmentor",
        "emailsofmentors",
    ),
    "mentor_names": ("mentornames", "mentorname", "mentors", "mentor", "mentorsname", "mentorsnames"),
    "mentee_email": (
        "menteeemail",
        "menteeemails",
        "menteesemail",
        "menteeaddress",
        "menteemail",
        "emailofmentee",
    ),
    "mentee_name": ("menteename", "mentee", "menteesname", "menteenames"),
}


def _folded(name: str) -> str:
    return "".join(char for char in unicodedata.normalize("NFKC", name).casefold() if char.isalnum())


def _by_name() -> dict[str, str]:
    names = {alias: column for column, aliases in ALIASES.items() for alias in aliases}
    return names | {_folded(column): column for column in ALIASES}


def known(header: Sequence[str]) -> int:
    """How many different columns of a roster the header names."""
    names = _by_name()
    return len({names[_folded(cell)] for cell in header if _folded(cell) in names})


def place(header: Sequence[str]) -> tuple[Mapping[str, int], tuple[Note, ...]]:
    """Column -> index, and a note for each column that is not read.

    Raises Refused `duplicate_column` or `missing_columns`.
    """
    names = _by_name()
    found: dict[str, int] = {}
    unread: list[Note] = []
    for index, cell in enumerate(header):
        column = names.get(_folded(cell))
        if column is None:
            if cell.strip():
                unread.append(
                    Note(
                        code="unknown_column",
                        message=f"The column {cell.strip()!r} is not read.",
                        column=cell,
                    )
                )
        elif column in found:
            raise Refused(
                "duplicate_column",
                f"The columns {header[found[column]]!r} and {cell!r} both stand for {column}; keep one of them.",
                column=column,
            )
        else:
            found[column] = index
    missing = [column for column in REQUIRED if column not in found]
    if missing:
        raise Refused(
            "missing_columns",
            f"The header lacks {', '.join(missing)}; a roster needs {', '.join(REQUIRED)}.",
            missing=missing,
        )
    return found, tuple(unread)
