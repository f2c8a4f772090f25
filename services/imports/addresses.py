"""E-mail addresses: kept as written, compared without regard to case, spaces and width of letters."""

from __future__ import annotations

import re
import unicodedata

from services.imports.verdicts import RowRefused

MAX_ADDRESS = 254
MAX_LOCAL = 64
_SHAPE = re.compile(r"""[^\s@<>()\[\],;:"\\]+@(?:[^\W_](?:[\w-]*[^\W_])?\.)+[^\W_](?:[\w-]*[^\W_])?""")
_LIST = re.compile(r"[;,\r\n]")
_REF = re.compile(r"(?:mentor|mentee)-\d{4,}")


def key(address: str) -> str:
    """What two spellings of one address have in common: trimmed, NFKC, casefolded."""
    return unicodedata.normalize("NFKC", address).strip().casefold()


def checked(address: str, column: str) -> str:
    """The address without the spaces around it. Raises RowRefused `invalid_address`."""
    plain = address.strip()
    folded = key(plain)
    local = folded.partition("@")[0]
    bad_dots = local.startswith(".") or local.endswith(".") or ".." in local
    if not _SHAPE.fullmatch(folded) or len(folded) > MAX_ADDRESS or len(local) > MAX_LOCAL or bad_dots:
        raise RowRefused("invalid_address", f"{plain[:80]!r} is not an e-mail address.", column)
    return plain


def split(cell: str) -> list[str]:
    """The entries of a list in one cell, separated by `;`, `,` or line ends; empty ones are left out."""
    return [part.strip() for part in _LIST.split(cell) if part.strip()]


def ref_of(address: str) -> str | None:
    """The stable reference that stands before the @ of a replaced address (mentor-0001), if there is one."""
    local = key(address).partition("@")[0]
    return local if _REF.fullmatch(local) else None
