"""What identifies things across files: folded names to compare by, and ids that are the same in every run."""

from __future__ import annotations

import unicodedata
from typing import NamedTuple
from uuid import UUID, uuid5


class Name(NamedTuple):
    """What a relationship is called, folded: the programme's key, the unit, the title."""

    programme: str
    unit: str
    title: str


def folded(text: str) -> str:
    """The letters and digits of a text, casefolded; words apart.

    Punctuation and width do not tell names apart.
    """
    plain = unicodedata.normalize("NFKC", text).casefold()
    words = "".join(char if char.isalnum() else " " for char in plain).split()
    return " ".join(words) or plain.strip()


def name_of(programme: str, unit: str, title: str) -> Name:
    """The folded name."""
    return Name(folded(programme), folded(unit), folded(title))


def natural_id(org: UUID, *parts: str) -> str:
    """The id of a thing that is known by its parts; NUL cannot occur in a part, so no two lists are one."""
    return str(uuid5(org, "\x00".join(("import", *parts))))
