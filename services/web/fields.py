"""Fields of bodies and queries: each lets through only what can be kept and shown again.

What is a rule of mentoring (a percentage, a known role) is left to the decisions, whose refusals have codes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from marshmallow import Schema, ValidationError, fields, validate

from services.web.strictjson import LARGEST, text_fault

TITLE, NAME, TEXT = 300, 200, 10_000
ITEMS = 100
FIRST_YEAR, LAST_YEAR = 1900, 2200
_YEARS = range(FIRST_YEAR, LAST_YEAR + 1)
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d(:\d\d(\.\d{1,9})?)?([Zz]|[+-]\d\d:\d\d)", re.ASCII)
_NO_ZONE = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(:\d\d(\.\d+)?)?", re.ASCII)
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_DIGITS = re.compile(r"-?\d{1,16}", re.ASCII)
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_CONTROL_BUT_LINES = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")


class Strict(Schema):
    """A body or a query; a member that it does not know is refused."""

    class Meta:
        """marshmallow's own switch."""

        unknown = "raise"


class Line(fields.String):
    """Text on one line, without control characters (it goes into lists and headers of mail); blanks around it go."""

    forbidden = _CONTROL

    def __init__(self, longest: int = TITLE, **options: Any) -> None:
        super().__init__(validate=validate.Length(max=longest), **options)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> str:
        text = super()._deserialize(value, attr, data, **kwargs)
        if (fault := text_fault(text)) is not None:
            raise ValidationError(fault)
        if self.forbidden.search(text):
            raise ValidationError("The text holds control characters; take them out.")
        return text.strip()


class Prose(Line):
    """Text of any number of lines."""

    forbidden = _CONTROL_BUT_LINES

    def __init__(self, longest: int = TEXT, **options: Any) -> None:
        super().__init__(longest, **options)


class Id(fields.String):
    """An id: a UUID, in its canonical form afterwards."""

    def __init__(self, **options: Any) -> None:
        metadata = {"format": "uuid", **options.pop("metadata", {})}
        super().__init__(metadata=metadata, **options)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> str:
        text = super()._deserialize(value, attr, data, **kwargs)
        if len(text) == 36:
            try:
                return str(UUID(text))
            except ValueError:
                pass
        raise ValidationError("An id looks like 0b7a3c52-5a1e-4c1b-9d3e-2f6a8c4e1d70.")


class Moment(fields.AwareDateTime):
    """A moment with its offset (RFC 3339), in UTC afterwards."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> datetime:
        if not isinstance(value, str) or not _MOMENT.fullmatch(value):
            raise ValidationError(_moment_fault(value))
        try:
            moment = datetime.fromisoformat(value.upper()).astimezone(UTC)
        except (ValueError, OverflowError) as error:
            raise ValidationError("There is no such moment; check day, hour and offset.") from error
        _must_be_of_our_times(moment.year)
        return moment


class Day(fields.Date):
    """A day, written YYYY-MM-DD."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> date:
        if not isinstance(value, str) or not _DAY.fullmatch(value):
            raise ValidationError("A day is written YYYY-MM-DD, such as 2026-03-01.")
        try:
            day = date.fromisoformat(value)
        except ValueError as error:
            raise ValidationError(f"There is no day {value}.") from error
        _must_be_of_our_times(day.year)
        return day


class Whole(fields.Integer):
    """A whole number of a body."""

    def __init__(self, **options: Any) -> None:
        super().__init__(strict=True, **options)


class Number(fields.Integer):
    """A whole number of a query: digits."""

    def __init__(self, least: int, most: int = LARGEST, **options: Any) -> None:
        super().__init__(validate=validate.Range(least, most), **options)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> int:
        if not _DIGITS.fullmatch(value):
            raise ValidationError("Write a whole number.")
        return int(value)


class Flag(fields.Boolean):
    """true or false, nothing that only looks like it."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> bool:
        if not isinstance(value, bool):
            raise ValidationError("Write true or false.")
        return value


class Several(fields.List[Any]):
    """Up to a hundred values of one sort, as a tuple afterwards."""

    def __init__(self, one: fields.Field[Any], **options: Any) -> None:
        super().__init__(one, validate=validate.Length(max=ITEMS), **options)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> Any:
        return tuple(super()._deserialize(value, attr, data, **kwargs))


def _moment_fault(value: object) -> str:
    if isinstance(value, str) and _NO_ZONE.fullmatch(value):
        return "The time has no zone; add Z for UTC or an offset such as +02:00 (in an address, + is written %2B)."
    return "A moment is written like 2026-03-01T14:30:00+01:00 (in an address, + is written %2B)."


def _must_be_of_our_times(year: int) -> None:
    if year not in _YEARS:
        raise ValidationError(f"The year lies outside {FIRST_YEAR} to {LAST_YEAR}.")
