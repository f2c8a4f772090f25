"""One row of a roster, read and checked by itself: texts, dates, addresses; all its faults at once."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from services.imports import addresses, entries
from services.imports.cells import unescape_formula
from services.imports.csvfile import Row
from services.imports.dates import parse_date
from services.imports.entries import Faults
from services.imports.people import Named
from services.imports.verdicts import Note, RowRefused

_LINES = re.compile(r"[;\r\n]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A row that can be read; notes are warnings about its own cells."""

    line: int
    programme: str
    starts_on: date
    ends_on: date | None
    unit: str
    title: str
    goal: str
    measure: str
    skills: tuple[str, ...]
    mentors: tuple[Named, ...]
    mentee: Named
    notes: tuple[Note, ...]


def read_row(row: Row, columns: Mapping[str, int]) -> Entry | tuple[Note, ...]:
    """The row's entry, or every reason why it has none."""
    if row.problem is not None:
        return (row.problem,)
    cell = {column: unescape_formula(row.cells[at]) for column, at in columns.items()}
    faults = Faults()
    title = faults.read(entries.needed, cell["title"], "title", entries.MAX_TITLE)
    programme = faults.read(entries.needed, cell["programme"], "programme", entries.MAX_NAME)
    starts_on, ends_on = faults.read(_start, cell["starts_on"]), faults.read(_end, cell["ends_on"])
    texts = {
        column: faults.read(entries.text_within, cell.get(column, ""), column, limit)
        for column, limit in (
            ("unit", entries.MAX_NAME),
            ("goal", entries.MAX_TEXT),
            ("measure", entries.MAX_TEXT),
        )
    }
    skills = faults.read(entries.list_within, _list(cell.get("skills", "")), "skills")
    mentors, notes = faults.read(_mentors, cell["mentor_emails"], cell.get("mentor_names", "")) or ((), ())
    mentee = faults.read(_mentee, cell["mentee_email"], cell.get("mentee_name", ""))
    faults.read(_in_order, starts_on, ends_on)
    faults.read(_two_people, mentors, mentee)
    if not (title and programme and starts_on and mentee) or skills is None or faults.notes:
        return tuple(faults.notes)
    return Entry(
        line=row.line, programme=programme, starts_on=starts_on, ends_on=ends_on, title=title, skills=skills,
        unit=texts["unit"] or "", goal=texts["goal"] or "", measure=texts["measure"] or "",
        mentors=mentors, mentee=mentee, notes=notes,
    )  # fmt: skip  # one line per sort


def _start(cell: str) -> date:
    return parse_date(entries.needed(cell, "starts_on", entries.MAX_NAME), "starts_on")


def _end(cell: str) -> date | None:
    return parse_date(cell, "ends_on") if cell.strip() else None


def _list(cell: str) -> list[str]:
    parts = _LINES.split(cell) if _LINES.search(cell) else cell.split(",")
    return [part.strip() for part in parts if part.strip()]


def _mentors(emails: str, names: str) -> tuple[tuple[Named, ...], tuple[Note, ...]]:
    found = [addresses.checked(address, "mentor_emails") for address in addresses.split(emails)]
    if not found:
        raise RowRefused("no_mentor", "The row names no mentor; a relationship needs one.", "mentor_emails")
    called = _names(names, len(found)) or found
    if len(called) != len(found):
        raise RowRefused(
            "names_do_not_match",
            f"The row has {len(found)} mentor addresses and {len(called)} names; give one name per address.",
            "mentor_names",
        )
    once: dict[str, Named] = {}
    for address, name in zip(found, called, strict=True):
        checked = entries.needed(name, "mentor_names", entries.MAX_NAME)
        once.setdefault(addresses.key(address), Named(checked, address, "mentor_emails"))
    note = Note(code="mentor_twice", message="A mentor stands twice in the row; taken once.", column="mentor_emails")
    return tuple(once.values()), (note,) if len(once) < len(found) else ()


def _names(cell: str, addresses_given: int) -> list[str]:
    """The names in a cell; a comma separates only where it must, since names hold commas too."""
    parts = [part.strip() for part in _LINES.split(cell) if part.strip()]
    if len(parts) == 1 and addresses_given > 1:
        parts = [part.strip() for part in cell.split(",") if part.strip()]
    return parts


def _mentee(email: str, name: str) -> Named:
    address = addresses.checked(entries.needed(email, "mentee_email", entries.MAX_WORD), "mentee_email")
    return Named(entries.text_within(name, "mentee_name", entries.MAX_NAME) or address, address, "mentee_email")


def _in_order(starts_on: date | None, ends_on: date | None) -> None:
    if starts_on and ends_on and ends_on < starts_on:
        raise RowRefused(
            "ends_before_start", f"The term ends on {ends_on}, before it starts on {starts_on}.", "ends_on"
        )


def _two_people(mentors: tuple[Named, ...], mentee: Named | None) -> None:
    if mentee and addresses.key(mentee.address) in {addresses.key(mentor.address) for mentor in mentors}:
        raise RowRefused("mentor_is_mentee", f"{mentee.address} is both mentor and mentee.", "mentee_email")
