"""Lines that are no proper JSON facts are refused with a reason; the lines around them are read."""

import pytest

from services.imports import ndjson
from services.imports.ndjson import read_ndjson

GOOD = '{"kind": "accepted"}'


@pytest.mark.parametrize(
    ("line", "code"),
    (
        ('{"kind": ', "malformed_json"),
        ("{'kind': 1}", "malformed_json"),
        ('{"a": 1} {"b": 2}', "malformed_json"),
        ("[1, 2]", "not_an_object"),
        ('"text"', "not_an_object"),
        ('{"a": NaN}', "not_a_number"),
        ('{"a": -Infinity}', "not_a_number"),
        ('{"a": 1e999}', "not_a_number"),
        ('{"a": 9007199254740992}', "integer_too_large"),
        ('{"a": -9007199254740992}', "integer_too_large"),
        ('{"a": ' + "9" * 5000 + "}", "integer_too_large"),
        (r'{"a": "\ud800"}', "lone_surrogate"),
        (r'{"\udc00": 1}', "lone_surrogate"),
        (r'{"a": ["b", {"c": "\u0000"}]}', "nul_character"),
        ('{"a": 1, "a": 2}', "duplicate_member"),
        ('{"a": {"b": 1, "b": 1}}', "duplicate_member"),
        ('{"a": ' + "[" * 20 + "]" * 20 + "}", "nested_too_deep"),
        ('{"a": ' + "[" * 50_000 + "]" * 50_000 + "}", "nested_too_deep"),
        ('{"a": "' + "x" * ndjson.MAX_LINE + '"}', "line_too_long"),
    ),
)
def test_bad_lines(line: str, code: str) -> None:
    """A bad line has its reason, its number, and no effect on its neighbours."""
    lines, _ = read_ndjson(f"{GOOD}\n{line}\r\n\n{GOOD}\n".encode())
    assert [(1, None), (2, code), (4, None)] == [(one.line, one.problem and one.problem.code) for one in lines]


def test_the_largest_integers_are_read() -> None:
    """2^53-1 is the last integer that every reader of JSON holds exactly."""
    lines, _ = read_ndjson(b'{"a": 9007199254740991, "b": -9007199254740991, "c": 1827.5}')
    assert {"a": 2**53 - 1, "b": -(2**53) + 1, "c": 1827.5} == lines[0].document


def test_line_separators_within_texts() -> None:
    """Only line feeds end lines: other separators may stand in texts."""
    lines, _ = read_ndjson('{"a": "b\u2028c\x85d"}'.encode())
    assert [{"a": "b\u2028c\x85d"}] == [one.document for one in lines]
