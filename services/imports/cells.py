"""Cells that a spreadsheet would take for a formula: text for us on import, marked as text on export.

An apostrophe in front marks text; it is taken off again when a file that was exported comes back.
See OWASP, "CSV Injection".
"""

from __future__ import annotations

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def escape_formula(text: str) -> str:
    """The text as a cell that no spreadsheet executes; `unescape_formula` gives it back."""
    return "'" + text if _looks_like_formula(text) else text


def unescape_formula(cell: str) -> str:
    """The text of a cell; undoes `escape_formula` and leaves everything else as it is."""
    return cell[1:] if cell.startswith("'") and _looks_like_formula(cell) else cell


def _looks_like_formula(text: str) -> bool:
    return text.lstrip("'").startswith(FORMULA_STARTS)
