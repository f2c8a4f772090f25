"""The lines of a history: dated facts of 18 kinds, checked by themselves."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, TypeVar, assert_never

import msgspec

from services.imports import entries
from services.imports.factdetails import (
    DETAILS,
    OF_PERSON,
    OF_PROGRAMME,
    Changes,
    Contact,
    Deadline,
    Described,
    Detail,
    Left,
    Links,
    Nothing,
    Stage,
    Status,
)
from services.imports.keys import Name, name_of
from services.imports.verdicts import RowRefused


class FactLine(msgspec.Struct, frozen=True, kw_only=True):
    """One fact that can be read; at is UTC."""

    line: int
    at: datetime
    kind: str
    programme: str
    unit: str
    title: str
    person: str | None
    detail: Any

    @property
    def name(self) -> Name:
        """What the fact calls the relationship, folded."""
        return name_of(self.programme, self.unit, self.title)


class _Raw(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    at: datetime
    kind: str
    programme: str
    unit: str = ""
    title: str = ""
    person: str | None = None
    detail: dict[str, Any] = {}


C = TypeVar("C")


def fact_line(line: int, document: dict[str, Any], now: datetime) -> FactLine:
    """The fact on a line. Raises RowRefused; now is the moment after which nothing can have happened."""
    raw = _convert(document, _Raw, "fact")
    detail_type = DETAILS.get(raw.kind)
    if detail_type is None:
        raise RowRefused(
            "unknown_kind",
            f"The kind {raw.kind[:60]!r} is not known; known are {', '.join(DETAILS)}.",
            "kind",
        )
    if raw.at.tzinfo is None:
        raise RowRefused("no_zone", "The time has no zone; write it with Z or an offset.", "at")
    if raw.at > now:
        raise RowRefused("in_future", "The time lies in the future; a fact has happened.", "at")
    fact = FactLine(
        line=line,
        at=raw.at.astimezone(UTC),
        kind=raw.kind,
        programme=entries.needed(raw.programme, "programme", entries.MAX_NAME),
        unit=entries.text_within(raw.unit, "unit", entries.MAX_NAME),
        title=entries.text_within(raw.title, "title", entries.MAX_TITLE),
        person=_ref(raw.person, "person") if raw.person is not None else None,
        detail=_convert(raw.detail, detail_type, raw.kind),
    )
    _complete(fact)
    _within_limits(fact.detail)
    return fact


def _convert(document: dict[str, Any], form: type[C], what: str) -> C:
    try:
        return msgspec.convert(document, form)
    except msgspec.ValidationError as error:
        raise RowRefused("invalid_fact", f"The line is not a {what} as it must be: {error}.") from error


def _complete(fact: FactLine) -> None:
    """What a kind needs beyond its form."""
    if fact.kind not in OF_PROGRAMME:
        entries.needed(fact.title, "title", entries.MAX_TITLE)
    if fact.kind in OF_PERSON and fact.person is None:
        raise RowRefused("missing_value", "The fact is about a person and names none.", "person")
    match fact.detail:
        case Described() as told if fact.kind == "moved":
            entries.needed(told.from_programme, "from_programme", entries.MAX_NAME)
        case Deadline() as deadline if fact.kind != "deadline_removed":
            entries.needed(deadline.to or "", "to", entries.MAX_WORD)
        case _:
            pass


def _within_limits(detail: Detail) -> None:
    """The limits of the texts of a detail."""
    match detail:
        case Described() as told:
            _described(told)
        case Changes() as revision:
            _changed(revision)
        case Deadline() as deadline:
            entries.needed(deadline.activity, "activity", entries.MAX_WORD)
        case Left() as left:
            _refs(left.swapped_for, "swapped_for")
        case Links() as pages:
            entries.list_within((*pages.urls, *pages.removed), "urls")
        case Contact() as contact:
            entries.list_within(contact.fields, "fields")
        case Status() as status:
            entries.text_within(status.to, "to", entries.MAX_WORD)
        case Stage() as stage:
            entries.needed(stage.stage, "stage", entries.MAX_NAME)
        case Nothing():
            pass
        case _:
            assert_never(detail)


def _described(told: Described) -> None:
    entries.text_within(told.description, "description", entries.MAX_TEXT)
    entries.text_within(told.expected_outcome, "expected_outcome", entries.MAX_TEXT)
    for column in ("size", "sub_unit", "was_title"):
        entries.text_within(getattr(told, column), column, entries.MAX_TITLE)
    for column in ("skills", "issue_urls", "programme_urls", "mentors"):
        entries.list_within(getattr(told, column), column)
    _refs((*told.mentors, *told.roles), "mentors")


def _changed(revision: Changes) -> None:
    for field, change in revision.changes.items():
        for text in (change.to,) if isinstance(change.to, str) else change.to:
            entries.text_within(text, field, entries.MAX_TEXT)


def _refs(refs: tuple[str, ...], column: str) -> None:
    for ref in refs:
        _ref(ref, column)


def _ref(ref: str, column: str) -> str:
    """A reference to a person: one word of printable ASCII."""
    if not ref or len(ref) > entries.MAX_NAME or not ref.isascii() or not ref.isprintable() or " " in ref:
        raise RowRefused(
            "invalid_reference",
            f"{ref[:60]!r} is no reference to a person; it must be one plain word.",
            column,
        )
    return ref
