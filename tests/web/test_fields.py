"""What fields of bodies and queries let through."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from marshmallow import Schema, ValidationError, fields

from services.web.fields import Day, Flag, Id, Line, Moment, Number, Prose, Several, Whole


def loaded(field: fields.Field[Any], value: object) -> Any:
    """The value after the field."""
    schema = Schema.from_dict({"value": field})()
    return schema.load({"value": value})["value"]


@pytest.mark.parametrize(
    ("text", "moment"),
    (
        ("2026-03-01T14:30:00Z", datetime(2026, 3, 1, 14, 30, tzinfo=UTC)),
        ("2026-03-01T14:30:00+02:00", datetime(2026, 3, 1, 12, 30, tzinfo=UTC)),
        ("2026-03-01T14:30Z", datetime(2026, 3, 1, 14, 30, tzinfo=UTC)),
        ("2026-03-01t14:30:00.123456789z", datetime(2026, 3, 1, 14, 30, 0, 123456, tzinfo=UTC)),
    ),
)
def test_a_moment_is_kept_in_utc(text: str, moment: datetime) -> None:
    """Offsets are worked in, fractions are kept to the microsecond."""
    assert moment == loaded(Moment(), text)
    assert loaded(Moment(), text).tzinfo is UTC


@pytest.mark.parametrize(
    "text",
    (
        "2026-03-01T14:30:00",
        "2026-03-01 14:30:00Z",
        "2026-02-30T00:00:00Z",
        "2026-03-01T25:00:00Z",
        "2026-03-01T14:30:00+25:00",
        "2026-03-01",
        "20260301T143000Z",
        "2026-W09-7T00:00:00Z",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-14:00",
        "١٩٩٩-03-01T14:30:00Z",
        "",
        1,
        None,
        True,
    ),
)
def test_what_is_no_moment_is_refused(text: object) -> None:
    """A missing zone, a day that does not exist, other notations and far times are refused."""
    with pytest.raises(ValidationError):
        loaded(Moment(), text)


def test_a_moment_without_zone_is_told_what_is_missing() -> None:
    """The sentence for a time without zone says how to add one."""
    with pytest.raises(ValidationError, match="has no zone"):
        loaded(Moment(), "2026-03-01T14:30:00")


@pytest.mark.parametrize("text", ("2026-02-30", "2025-02-29", "2026-13-01", "0001-01-01", "9999-12-31", "1.3.2026", 5))
def test_a_day_that_does_not_exist_is_refused(text: object) -> None:
    """Only days of the calendar and of our times are taken."""
    assert date(2024, 2, 29) == loaded(Day(), "2024-02-29")
    with pytest.raises(ValidationError):
        loaded(Day(), text)


@pytest.mark.parametrize(
    "text", ("a\nb", "a\r\nBcc: x@example.org", "a\tb", "a\0b", "a\x7f", "a\u2028b", "x" * 301, 5, [])
)
def test_a_line_holds_no_control_characters(text: object) -> None:
    """What could end a line, of a list or of a mail's header, is refused."""
    with pytest.raises(ValidationError):
        loaded(Line(), text)


def test_text_keeps_its_lines_and_loses_the_blanks_around_it() -> None:
    """Line breaks and tabs are part of prose."""
    assert "a\n\tb" == loaded(Prose(), "  a\n\tb\n")


@pytest.mark.parametrize("value", ("1", 1.0, 1.5, True, None, "x"))
def test_a_whole_number_of_a_body_is_a_json_integer(value: object) -> None:
    """Nothing that only looks like a number counts."""
    assert 3 == loaded(Whole(), 3)
    with pytest.raises(ValidationError):
        loaded(Whole(), value)


@pytest.mark.parametrize("text", ("", "x", "1.5", "0", "201", "9" * 30, "٣", " 1", "1_0", "+5"))
def test_a_number_of_a_query_is_digits_within_bounds(text: str) -> None:
    """Other notations, other digits and numbers outside the bounds are refused."""
    assert 200 == loaded(Number(1, 200), "200")
    with pytest.raises(ValidationError):
        loaded(Number(1, 200), text)


@pytest.mark.parametrize("value", ("true", 1, 0, "yes", None))
def test_a_flag_is_true_or_false(value: object) -> None:
    """Nothing else counts as either."""
    assert loaded(Flag(), False) is False
    with pytest.raises(ValidationError):
        loaded(Flag(), value)


@pytest.mark.parametrize("text", ("x", "{0b7a3c52-5a1e-4c1b-9d3e-2f6a8c4e1d70}", "0b7a3c525a1e4c1b9d3e2f6a8c4e1d70", 5))
def test_an_id_is_a_uuid_in_its_usual_form(text: object) -> None:
    """Ids come out in lower case; other notations are refused."""
    assert "0b7a3c52-5a1e-4c1b-9d3e-2f6a8c4e1d70" == loaded(Id(), "0B7A3C52-5A1E-4C1B-9D3E-2F6A8C4E1D70")
    with pytest.raises(ValidationError):
        loaded(Id(), text)


def test_a_list_has_an_end() -> None:
    """A hundred values are the most."""
    assert ("a",) * 100 == loaded(Several(Line()), ["a"] * 100)
    with pytest.raises(ValidationError):
        loaded(Several(Line()), ["a"] * 101)
