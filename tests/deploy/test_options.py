"""Options that several commands have: what they read, and what they say of what they cannot read."""

from datetime import UTC, datetime

import pytest

from deploy.main import main
from deploy.options import moment


@pytest.mark.parametrize(
    ("words", "said"),
    (
        (["replay", "x", "--as-of", "garbage"], "Write a day as year-month-day: 2026-01-31."),
        (["replay", "x", "--as-of", "2026-06-01T10:00"], "A moment needs its zone: 2026-01-31T09:00Z."),
        (["replay", "x", "--known-at", ""], "Write a day as year-month-day: 2026-01-31."),
        (["report", "x", "--as-of", "31.01.2026"], "Write a day as year-month-day: 2026-01-31."),
        (["replay", "x", "--position", "-1"], "'-1' is no position of the log. Write a whole number from 0 to "),
        (["replay", "x", "--position", "1e3"], "'1e3' is no position of the log."),
        (["org", "list", "--nonsense"], "unrecognized arguments: --nonsense"),
        (["token", "list", "--org", "nonsense"], "'nonsense' is no id. Write it as it was shown: 00000000-0000-"),
        (["token", "revoke", "nonsense"], "'nonsense' is no id."),
        (["run", "--port", "65536"], "'65536' is no port. Write a whole number from 0 to 65535."),
    ),
)
def test_wrong_word_is_answered_with_how_to_write_it(
    words: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """The line names the option and an example, never a type of the program."""
    with pytest.raises(SystemExit) as stop:
        main(words)
    assert 2 == stop.value.code
    errors = " ".join(capsys.readouterr().err.split())
    assert said in errors
    assert "invalid" not in errors


def test_day_means_its_end() -> None:
    """A day counts whole; a moment is taken with its zone."""
    assert datetime(2026, 1, 31, 23, 59, 59, 999999, UTC) == moment("2026-01-31")
    assert datetime(2026, 1, 31, 8, 0, tzinfo=UTC) == moment("2026-01-31T09:00+01:00")
