"""JSON as this API takes it: what other readers would silently bend is refused here.

RFC 8259 leaves open what happens to duplicate keys, huge numbers and lone surrogates; RFC 7493 (I-JSON) rules them
out, and so does the log's canonical form.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, NoReturn

DEEPEST = 32
LARGEST = 2**53 - 1
_DIGITS = 17


class NotJson(Exception):
    """The bytes are no JSON that is taken; code is stable, the message says what to change."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


def loads(data: bytes) -> Any:
    """The document. Raises NotJson: `malformed_json`, `duplicate_key`, `too_deeply_nested`."""
    try:
        document = json.loads(
            data.decode("utf-8"), object_pairs_hook=_object, parse_int=_integer, parse_constant=_constant
        )
    except UnicodeDecodeError as error:
        raise NotJson("malformed_json", f"The body is not UTF-8 (byte {error.start}).") from error
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise NotJson("malformed_json", f"The body is no JSON: {error.msg} ({place}).") from error
    except RecursionError as error:
        raise _too_deep() from error
    if _deeper_than(document, DEEPEST):
        raise _too_deep()
    return document


def faults(document: Any) -> Iterator[tuple[str, str]]:
    """(JSON pointer, sentence) of every value that a record cannot hold, in the order of the document."""
    waiting: list[tuple[str, Any]] = [("", document)]
    while waiting:
        pointer, value = waiting.pop()
        match value:
            case dict():
                yield from ((pointer, f"A key is wrong: {says}") for key in value if (says := text_fault(key)))
                waiting += [(f"{pointer}/{token(key)}", one) for key, one in reversed(value.items())]
            case list():
                waiting += [(f"{pointer}/{index}", one) for index, one in reversed(list(enumerate(value)))]
            case str() if (sentence := text_fault(value)) is not None:
                yield pointer, sentence
            case float():
                yield pointer, "Numbers are whole here; write no fraction and no exponent."
            case int() if abs(value) > LARGEST:
                yield pointer, f"Whole numbers go from -{LARGEST} to {LARGEST}."
            case _:
                pass


def text_fault(text: str) -> str | None:
    """Why a text cannot be kept, or None."""
    if text.isascii():
        return _NUL if "\0" in text else None
    if "\0" in text:
        return _NUL
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return "The text holds half of a surrogate pair; write whole characters."
    return None


def token(key: str) -> str:
    """A key as a reference token of RFC 6901, cut where it is longer than any of ours."""
    whole = key[:100].encode("utf-8", "replace").decode()
    return whole.replace("~", "~0").replace("/", "~1")


_NUL = "The text holds a NUL character; take it out."


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise NotJson("duplicate_key", f"The key {twice[:100]!a} stands twice in one object; keep one of them.")
    return found


def _integer(digits: str) -> int:
    """The number; one with more digits than any that is allowed becomes one beyond the limit, whatever it was."""
    return int(digits) if len(digits) <= _DIGITS else LARGEST + 1


def _constant(name: str) -> NoReturn:
    raise NotJson("malformed_json", f"{name} is no JSON; leave the member out or write null.")


def _deeper_than(document: Any, limit: int) -> bool:
    level = [document]
    for _ in range(limit + 1):
        level = [
            child
            for one in level
            if isinstance(one, dict | list)
            for child in (one.values() if isinstance(one, dict) else one)
        ]
        if not level:
            return False
    return True


def _too_deep() -> NotJson:
    return NotJson("too_deeply_nested", f"The body nests objects and lists more than {DEEPEST} deep; flatten it.")
