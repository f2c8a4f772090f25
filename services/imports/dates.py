"""Dates as people write them. What has two readings is refused with both, never guessed."""

from __future__ import annotations

import re
from datetime import date

from services.imports.verdicts import RowRefused

MONTHS = ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october",
          "november", "december")  # fmt: skip  # a calendar's line
_YEAR_FIRST = re.compile(r"(\d{4})([-/.])(\d{1,2})\2(\d{1,2})(?:[T ]00:00(?::00(?:\.0+)?)?Z?)?")
_DAY_MONTH = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?[.]?[ -]([a-z]{3,9})[.,]?[ -](\d{4})")
_MONTH_DAY = re.compile(r"([a-z]{3,9})[.]? (\d{1,2})(?:st|nd|rd|th)?,? (\d{4})")
_NUMBERS = re.compile(r"(\d{1,2})([./-])(\d{1,2})\2(\d{4})")
_SHORT_YEAR = re.compile(r"\d{1,2}([./-])\d{1,2}\1\d{2}")
_FORMS = "Write it as 2021-03-01."


def parse_date(text: str, column: str) -> date:
    """The date in a cell.

    Raises RowRefused: `ambiguous_date` (03/04/2021), `no_such_date`, `two_digit_year`, `unreadable_date`.
    Numbers with dots are day first, as everywhere where dots are used; with slashes or hyphens only when one
    reading exists.
    """
    plain = " ".join(text.split())
    low = plain.casefold()
    if found := _YEAR_FIRST.fullmatch(plain):
        return _exact(int(found[1]), int(found[3]), int(found[4]), plain, column)
    if found := _DAY_MONTH.fullmatch(low):
        return _exact(int(found[3]), _month(found[2], plain, column), int(found[1]), plain, column)
    if found := _MONTH_DAY.fullmatch(low):
        return _exact(int(found[3]), _month(found[1], plain, column), int(found[2]), plain, column)
    if found := _NUMBERS.fullmatch(plain):
        return _numbers(found, plain, column)
    if _SHORT_YEAR.fullmatch(plain):
        raise RowRefused("two_digit_year", f"{plain!r} has a year of two digits. {_FORMS}", column)
    raise RowRefused("unreadable_date", f"{plain!r} is not read as a date. {_FORMS}", column)


def _numbers(found: re.Match[str], plain: str, column: str) -> date:
    first, second, year = int(found[1]), int(found[3]), int(found[4])
    day_first, month_first = _maybe(year, second, first), _maybe(year, first, second)
    if found[2] == "." or month_first is None or month_first == day_first:
        return _exact(year, second, first, plain, column)
    if day_first is None:
        return month_first
    raise RowRefused(
        "ambiguous_date",
        f"{plain!r} is {day_first:%d %B %Y} or {month_first:%d %B %Y}; which one is not said. Write it as "
        f"{day_first} or {month_first}.",
        column,
    )


def _maybe(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _exact(year: int, month: int, day: int, plain: str, column: str) -> date:
    found = _maybe(year, month, day)
    if found is None:
        raise RowRefused("no_such_date", f"There is no such date as {plain!r}. {_FORMS}", column)
    return found


def _month(word: str, plain: str, column: str) -> int:
    """1 to 12 for an English month, whole or by its first letters (mar, sept)."""
    for number, name in enumerate(MONTHS, start=1):
        if name.startswith(word):
            return number
    raise RowRefused("unreadable_date", f"{plain!r} names no month that is known. {_FORMS}", column)
