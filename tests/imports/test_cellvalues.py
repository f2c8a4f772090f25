"""Dates, addresses and formula-like cells, one by one."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.imports import addresses
from services.imports.cells import escape_formula, unescape_formula
from services.imports.dates import parse_date
from services.imports.verdicts import RowRefused


@pytest.mark.parametrize(
    "text",
    (
        "2021-03-01",
        "2021/03/01",
        "2021.3.1",
        "2021-03-01T00:00:00Z",
        "2021-03-01 00:00:00",
        " 2021-03-01 ",
        "1 March 2021",
        "1. March 2021",
        "01-Mar-2021",
        "1st March 2021",
        "March 1, 2021",
        "Mar. 1 2021",
        "MARCH 1st, 2021",
        "01.03.2021",
        "1.3.2021",
    ),
)
def test_dates_with_one_reading(text: str) -> None:
    """Every common form of one day is read as that day."""
    assert date(2021, 3, 1) == parse_date(text, "starts_on")


@pytest.mark.parametrize(
    ("text", "day"),
    (
        ("31/03/2021", date(2021, 3, 31)),
        ("03/31/2021", date(2021, 3, 31)),
        ("04/04/2021", date(2021, 4, 4)),
        ("15 Sept 2021", date(2021, 9, 15)),
        ("29.02.2024", date(2024, 2, 29)),
    ),
)
def test_slashes_with_one_reading(text: str, day: date) -> None:
    """A date with slashes is read when only one day can be meant."""
    assert day == parse_date(text, "starts_on")


@pytest.mark.parametrize(
    ("text", "code"),
    (
        ("03/04/2021", "ambiguous_date"),
        ("3-4-2021", "ambiguous_date"),
        ("2021-02-30", "no_such_date"),
        ("29.02.2023", "no_such_date"),
        ("31/04/2021", "no_such_date"),
        ("32/13/2021", "no_such_date"),
        ("April 31, 2021", "no_such_date"),
        ("1.3.21", "two_digit_year"),
        ("soon", "unreadable_date"),
        ("1 Brumaire 2021", "unreadable_date"),
        ("2021-03", "unreadable_date"),
        ("44256", "unreadable_date"),
        ("2021-03-01T10:00:00Z", "unreadable_date"),
    ),
)
def test_dates_that_are_refused(text: str, code: str) -> None:
    """What has two readings, or none, is refused and never guessed; the column is named."""
    with pytest.raises(RowRefused) as refusal:
        parse_date(text, "ends_on")
    assert (code, "ends_on") == (refusal.value.code, refusal.value.column)


def test_an_ambiguous_date_names_both_readings() -> None:
    """The refusal says which two days it may be."""
    with pytest.raises(RowRefused, match="03 April 2021 or 04 March 2021"):
        parse_date("03/04/2021", "starts_on")


@given(st.dates(min_value=date(1000, 1, 1)))
def test_iso_dates_are_always_read(day: date) -> None:
    """Every day is read from its ISO form."""
    assert day == parse_date(day.isoformat(), "starts_on")


def test_addresses_are_compared_without_case_space_and_width() -> None:
    """Spellings of one address have one key; what is kept is what was written."""
    assert addresses.key("ann@mentors.example") == addresses.key(" Ann@Mentors.EXAMPLE ")
    assert addresses.key("ann@mentors.example") == addresses.key("ａｎｎ＠ｍｅｎｔｏｒｓ．ｅｘａｍｐｌｅ")
    assert "Ann@Mentors.example" == addresses.checked("  Ann@Mentors.example ", "mentee_email")


@pytest.mark.parametrize(
    "text",
    (
        "ann",
        "@x.example",
        "ann@",
        "ann@localhost",
        "a b@x.example",
        "a@b@x.example",
        "a@x..example",
        ".a@x.example",
        "a..b@x.example",
        "<a@x.example>",
        "a@-x.example",
        "x" * 65 + "@x.example",
    ),
)
def test_what_is_no_address(text: str) -> None:
    """A cell that is no address is refused."""
    with pytest.raises(RowRefused) as refusal:
        addresses.checked(text, "mentee_email")
    assert "invalid_address" == refusal.value.code


def test_lists_of_addresses() -> None:
    """Addresses in one cell may be separated by `;`, `,` or line ends; empty places do not count."""
    assert ["a@x.example", "b@x.example", "c@x.example"] == addresses.split("a@x.example; b@x.example,,\nc@x.example;")


def test_refs_of_replaced_addresses() -> None:
    """The part before the @ is a reference only when it has the form of one."""
    assert ("mentor-0001", None) == (
        addresses.ref_of("Mentor-0001@x.example"),
        addresses.ref_of("ann@x.example"),
    )


@pytest.mark.parametrize("text", ("=1+1", "+49 30", "-5", "@cmd", "\tx", "\r=x"))
def test_formulas_are_escaped(text: str) -> None:
    """A cell that a spreadsheet would execute is exported behind an apostrophe."""
    assert "'" + text == escape_formula(text)


@given(st.text() | st.from_regex(r"'{0,3}[=+\-@\t\r].*"))
def test_escaping_is_undone(text: str) -> None:
    """What was escaped comes back as it was, apostrophes and all, and no escaped cell starts a formula."""
    escaped = escape_formula(text)
    assert text == unescape_formula(escaped)
    assert not escaped.startswith(("=", "+", "-", "@", "\t", "\r"))
