"""The lines of a history: dated facts of 18 kinds, each with the details that its kind may have.

The members of a detail that only repeat what other facts say (in_term, same_title_earlier, similarity ...)
are known, so that a line is not refused for them, and are not taken over.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, TypeVar

import msgspec

from services.imports import entries
from services.imports.keys import Name, name_of
from services.imports.verdicts import RowRefused

MAX_LINK = 2_000


class _Strict(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    in_term: bool = False
    after_term_end: bool = False


class Described(_Strict, frozen=True, kw_only=True):
    """What a proposal, an acceptance without one, a move or a return says of the relationship."""

    description: str = ""
    expected_outcome: str = ""
    size: str = ""
    sub_unit: str = ""
    skills: tuple[str, ...] = ()
    mentors: tuple[str, ...] = ()
    roles: dict[str, str] = {}
    issue_urls: tuple[str, ...] = ()
    programme_urls: tuple[str, ...] = ()
    without_proposal: bool = False
    was_title: str = ""
    duplicate_title_in_term: bool = False
    title_was_missing: bool = False
    same_title_earlier: dict[str, Any] | None = None
    page_cloned_from: str = ""
    from_programme: str = ""
    to_stage: str = ""
    stage: str = ""
    was_stage: str = ""
    gap_hours: float | int | None = None


class ChangeOf(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One changed field; texts too long to repeat have no `from`."""

    to: str | tuple[str, ...]
    was: str | tuple[str, ...] | None = msgspec.field(name="from", default=None)
    chars: tuple[int, ...] = ()
    similarity: float | int | None = None


class Changes(_Strict, frozen=True, kw_only=True):
    """A revision: field to its change."""

    changes: dict[str, ChangeOf]
    minor: bool = False
    revert: bool = False


class Links(_Strict, frozen=True, kw_only=True):
    """Pages that came and went; link says which sort of page."""

    link: str
    urls: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()


class Left(_Strict, frozen=True, kw_only=True):
    """A mentor left; swapped_for are the references of those who took over."""

    swapped_for: tuple[str, ...] = ()


class Contact(_Strict, frozen=True, kw_only=True):
    """Fields of a person's entry that changed, and those among them that were empty before."""

    fields: tuple[str, ...]
    filled_in: tuple[str, ...] = ()
    case_only: bool = False


class Stage(_Strict, frozen=True, kw_only=True):
    """The stage that was given up."""

    stage: str


class Deadline(_Strict, frozen=True, kw_only=True):
    """A date of the programme, as free text."""

    activity: str
    to: str | None = None
    was: str | None = msgspec.field(name="from", default=None)


class Status(_Strict, frozen=True, kw_only=True):
    """What a page said of the programme."""

    to: str
    was: str | None = msgspec.field(name="from", default=None)
    source: str = ""


class Nothing(_Strict, frozen=True, kw_only=True):
    """Kinds that say all by their name."""


Detail = Described | Changes | Links | Left | Contact | Stage | Deadline | Status | Nothing

DETAILS: dict[str, type[Any]] = {
    "proposed": Described, "accepted": Described, "moved": Described, "reinstated": Described,
    "acceptance_undone": Nothing, "withdrawn": Stage, "revised": Changes,
    "mentor_added": Nothing, "mentor_removed": Left, "contact_corrected": Contact,
    "link_added": Links, "link_changed": Links, "link_removed": Links,
    "deadline_set": Deadline, "deadline_changed": Deadline, "deadline_removed": Deadline,
    "status_set": Status, "status_changed": Status,
}  # fmt: skip  # one line per sort of detail
OF_PROGRAMME = frozenset(
    {"deadline_set", "deadline_changed", "deadline_removed", "status_set", "status_changed"}
)
OF_PERSON = frozenset({"mentor_added", "mentor_removed", "contact_corrected"})


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
            for field, change in revision.changes.items():
                _text(change.to, field)
        case Deadline() as deadline:
            entries.needed(deadline.activity, "activity", entries.MAX_WORD)
        case Left() as left:
            for ref in left.swapped_for:
                _ref(ref, "swapped_for")
        case _:
            pass


def _described(told: Described) -> None:
    entries.text_within(told.description, "description", entries.MAX_TEXT)
    entries.text_within(told.expected_outcome, "expected_outcome", entries.MAX_TEXT)
    for column in ("size", "sub_unit", "was_title"):
        entries.text_within(getattr(told, column), column, entries.MAX_TITLE)
    for column in ("skills", "issue_urls", "programme_urls", "mentors"):
        entries.list_within(getattr(told, column), column)
    for ref in (*told.mentors, *told.roles):
        _ref(ref, "mentors")


def _text(value: str | tuple[str, ...], column: str) -> None:
    for text in (value,) if isinstance(value, str) else value:
        entries.text_within(text, column, entries.MAX_TEXT)


def _ref(ref: str, column: str) -> str:
    """A reference to a person: one word of printable ASCII."""
    if not ref or len(ref) > entries.MAX_NAME or not ref.isascii() or not ref.isprintable() or " " in ref:
        raise RowRefused(
            "invalid_reference",
            f"{ref[:60]!r} is no reference to a person; it must be one plain word.",
            column,
        )
    return ref
