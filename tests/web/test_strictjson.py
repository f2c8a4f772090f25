"""JSON as the API takes it."""

from __future__ import annotations

import pytest

from services.web.strictjson import DEEPEST, LARGEST, NotJson, faults, loads


@pytest.mark.parametrize(
    ("data", "code"),
    (
        (b"{", "malformed_json"),
        (b"", "malformed_json"),
        (b'{"a":1,}', "malformed_json"),
        (b'{"a":NaN}', "malformed_json"),
        (b'{"a":Infinity}', "malformed_json"),
        (b'{"a":-Infinity}', "malformed_json"),
        (b'{"a":"\xff"}', "malformed_json"),
        (b'{"a":"\n"}', "malformed_json"),
        (b"\xef\xbb\xbf{}", "malformed_json"),
        (b'{"a":1}{"a":1}', "malformed_json"),
        (b'{"a":1,"a":1}', "duplicate_key"),
        (b'{"b":{"a":1,"\\u0061":2}}', "duplicate_key"),
        (b"[" * (DEEPEST + 2) + b"]" * (DEEPEST + 2), "too_deeply_nested"),
        (b"[" * 50_000 + b"]" * 50_000, "too_deeply_nested"),
        (b'{"a":' * 50_000 + b"1" + b"}" * 50_000, "too_deeply_nested"),
    ),
)
def test_what_other_readers_would_bend_is_refused(data: bytes, code: str) -> None:
    """Malformed text, duplicate keys and endless nesting each have their code."""
    with pytest.raises(NotJson) as refused:
        loads(data)
    assert code == refused.value.code


def test_a_document_as_deep_as_allowed_is_read() -> None:
    """The limit of nesting itself is allowed."""
    data = b"[" * DEEPEST + b"]" * DEEPEST
    assert loads(data) is not None


@pytest.mark.parametrize(
    ("data", "pointers"),
    (
        (b'{"a":1,"b":"x","c":null,"d":true}', []),
        (b'{"a":1.0}', ["/a"]),
        (b'{"a":1e400}', ["/a"]),
        (b'{"a":%d,"b":%d}' % (LARGEST, -LARGEST), []),
        (b'{"a":%d}' % (LARGEST + 1), ["/a"]),
        (b'{"a":-%d}' % (LARGEST + 1), ["/a"]),
        (b'{"a":' + b"9" * 10_000 + b"}", ["/a"]),
        (b'{"a":"\\u0000"}', ["/a"]),
        (b'{"a":"\\ud800"}', ["/a"]),
        (b'{"a":"\\ud83d\\ude00"}', []),
        (b'{"\\udfff":1}', [""]),
        (b'{"a/b":{"c~d":[1,1.5]}}', ["/a~1b/c~0d/1"]),
    ),
)
def test_values_that_no_record_holds_are_named_by_pointer(data: bytes, pointers: list[str]) -> None:
    """Fractions, huge numbers, NUL and lone surrogates are found wherever they stand."""
    assert pointers == [pointer for pointer, _ in faults(loads(data))]
