"""Limits of what a row may say, and the reading of one cell at a time with all its faults told at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, time
from typing import TypeVar
from uuid import UUID

from events.errors import InvalidRecord, RecordTooLarge
from events.record import pieces
from services.imports.verdicts import Note, RowRefused
from services.pipeline import Fact

MAX_NAME = 200
MAX_TITLE = 300
MAX_TEXT = 20_000
MAX_WORD = 2_000
MAX_LIST = 100
_SALT, _ACTOR = "0" * 32, "x" * 200  # as long as any that the log will stamp

T = TypeVar("T")


class Faults:
    """Collects what is wrong with a row, so that a person can mend all of it at once."""

    def __init__(self) -> None:
        self.notes: list[Note] = []

    def read(self, reader: Callable[..., T], *arguments: object) -> T | None:
        """What the reader gives, or None after it refused; the refusal is kept."""
        try:
            return reader(*arguments)
        except RowRefused as refusal:
            self.notes.append(refusal.note)
            return None


def text_within(text: str, column: str, limit: int) -> str:
    """The text, trimmed. Raises RowRefused `text_too_long`."""
    plain = text.strip()
    if len(plain) > limit:
        raise RowRefused("text_too_long", f"The text has {len(plain):,} characters; the limit is {limit:,}.", column)
    return plain


def needed(text: str, column: str, limit: int) -> str:
    """A text that may not be empty. Raises RowRefused `missing_value` or `text_too_long`."""
    plain = text_within(text, column, limit)
    if not plain:
        raise RowRefused("missing_value", f"The row has no {column.replace('_', ' ')}.", column)
    return plain


def list_within(items: Sequence[str], column: str) -> tuple[str, ...]:
    """The entries of a list. Raises RowRefused `too_many_entries` or `text_too_long`."""
    if len(items) > MAX_LIST:
        raise RowRefused("too_many_entries", f"The list has {len(items)} entries; the limit is {MAX_LIST}.", column)
    return tuple(text_within(item, column, MAX_WORD) for item in items)


def midnight(day: date) -> datetime:
    """The beginning of a day, UTC."""
    return datetime.combine(day, time(), UTC)


def storable(org: UUID, facts: Sequence[Fact], cause: str) -> None:
    """Refuse facts that the log would refuse: `record_too_large` (over 65,535 bytes), `invalid_record`."""
    for fact in facts:
        try:
            pieces(str(org), fact.stream, fact.data, fact.occurred_at, actor=_ACTOR, cause=cause, salt=_SALT)
        except (InvalidRecord, RecordTooLarge) as error:
            raise RowRefused(error.code, error.message) from error
