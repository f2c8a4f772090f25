"""One JSON object per line; a line that cannot be read is refused with its reason, the others go on."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from typing import Any, NoReturn

from events.record import MAX_INTEGER
from services.imports.text import decode
from services.imports.verdicts import Note, RowRefused

MAX_LINE = 256 * 1024
MAX_DEPTH = 16


@dataclass(frozen=True, slots=True)
class Line:
    """One line: its object, or why there is none."""

    line: int
    document: dict[str, Any] | None = None
    problem: Note | None = None


def read_ndjson(data: bytes) -> tuple[tuple[Line, ...], tuple[Note, ...]]:
    """The lines that are not blank, and notes about the file. Raises Refused as `text.decode` does."""
    decoded = decode(data)
    numbered = enumerate(decoded.text.split("\n"), start=1)
    return tuple(_line(number, text) for number, text in numbered if text.strip()), decoded.notes


def _line(number: int, text: str) -> Line:
    try:
        return Line(number, _object(text))
    except RowRefused as refusal:
        return Line(number, problem=refusal.note)


def _object(text: str) -> dict[str, Any]:
    if len(text) > MAX_LINE:
        raise RowRefused("line_too_long", f"The line has {len(text):,} characters; the limit is {MAX_LINE:,}.")
    try:
        document = json.loads(
            text,
            object_pairs_hook=_members,
            parse_constant=_constant,
            parse_int=_integer,
            parse_float=_number,
        )
    except json.JSONDecodeError as error:
        raise RowRefused(
            "malformed_json", f"The line is not JSON: {error.msg} at character {error.pos + 1}."
        ) from error
    except RecursionError as error:
        raise _too_deep() from error
    if not isinstance(document, dict):
        raise RowRefused("not_an_object", "The line is JSON, but not an object { ... }.")
    _check(document)
    return document


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise RowRefused("duplicate_member", f"The member {twice[:80]!r} stands twice in one object.", twice)
    return members


def _constant(name: str) -> NoReturn:
    raise RowRefused("not_a_number", f"{name} is no JSON number.")


def _integer(digits: str) -> int:
    if len(digits) > 17 or abs(int(digits)) > MAX_INTEGER:
        raise RowRefused(
            "integer_too_large", f"{digits[:40]} is beyond 2^53-1, which JSON readers cannot hold exactly."
        )
    return int(digits)


def _number(digits: str) -> float:
    value = float(digits)
    if math.isinf(value):
        raise RowRefused("not_a_number", f"{digits[:40]} is larger than any number that can be held.")
    return value


def _too_deep() -> RowRefused:
    return RowRefused("nested_too_deep", f"The object is nested more than {MAX_DEPTH} levels deep.")


def _check(document: dict[str, Any]) -> None:
    """Refuses texts that are no text (lone surrogates, NUL) and nesting without end."""
    level: list[Any] = [document]
    depth = 0
    while level:
        depth += 1
        if depth > MAX_DEPTH:
            raise _too_deep()
        below: list[Any] = []
        for value in level:
            if isinstance(value, dict):
                below += [*value.keys(), *value.values()]
            elif isinstance(value, list):
                below += value
            elif isinstance(value, str):
                _check_text(value)
        level = below


def _check_text(text: str) -> None:
    if "\x00" in text:
        raise RowRefused("nul_character", "A text holds a NUL character; remove it.")
    if not text.isascii() and any("\ud800" <= char <= "\udfff" for char in text):
        raise RowRefused("lone_surrogate", "A text holds half of a character (a lone surrogate); it is broken.")
