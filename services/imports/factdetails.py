"""The details that a fact of each kind may have.

Members that only repeat what other facts say (in_term, same_title_earlier, similarity ...) are known, so that
a line is not refused for them, and are not taken over.
"""

from __future__ import annotations

from typing import Any

import msgspec


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
OF_PROGRAMME = frozenset({"deadline_set", "deadline_changed", "deadline_removed", "status_set", "status_changed"})
OF_PERSON = frozenset({"mentor_added", "mentor_removed", "contact_corrected"})
