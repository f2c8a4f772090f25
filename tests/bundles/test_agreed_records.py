"""One verdict from command and page on records: their envelope, their spelling, and what a log says of itself."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from events.proof.checkpoint import origin_of
from events.proof.notes import SigningKey
from events.proof.tree import EMPTY_ROOT
from events.record import canonical
from events.subjects.goal import GoalProgressed
from events.subjects.log import LogContinued, StreamsRootTaken
from tests.bundles.made import ORG, MadeLog
from tests.bundles.page import agreed, opened_page
from tests.bundles.test_order import CHANGES, SPELLINGS, STREAM, again, begun, faults_without_reading
from tests.console.browser import Browser


@pytest.fixture(scope="module")
def page() -> Iterator[Browser]:
    yield from opened_page()


MORE: dict[str, dict[str, object]] = {
    "a clock that says 5": {"recorded_at": 5},
    "a time without seconds' parts": {"recorded_at": "2026-03-01T09:59:59Z"},
    "a time with a space": {"recorded_at": "2026-03-01 09:59:59.000000Z"},
    "a time elsewhere": {"recorded_at": "2026-03-01T09:59:59.000000+01:00"},
    "a time far elsewhere": {"recorded_at": "2026-03-01T09:59:59.000000+24:00"},
    "a time at the minute 60": {"recorded_at": "2026-03-01T09:60:00.000000Z"},
    "a leap day that is one": {"occurred_at": "2024-02-29T10:00:00.000000Z"},
    "a leap day that is none": {"occurred_at": "2100-02-29T10:00:00.000000Z"},
    "a year 0": {"occurred_at": "0000-01-01T10:00:00.000000Z"},
    "an hour 24": {"occurred_at": "2026-01-01T24:00:00.000000Z"},
    "a second 60": {"occurred_at": "2026-01-01T23:59:60.000000Z"},
    "a salt in capitals": {"salt": "AB" * 16},
    "an empty cause": {"cause": ""},
    "a cause that is none": {"cause": None},
    "somebody who is nobody": {"on_behalf_of": 7},
    "a member more": {"zebra": {"a": [1, None, True]}},
    "a prev of other letters": {"prev": "ä" * 64},
    "a prev of 64 wide letters": {"prev": "\U0001f600" * 64},
    "a stream of an unpaired kind": {"stream": "enrolment"},
    "a high version": {"stream_version": 2**53 - 1},
    "a programme in a list": {"data": {"programme_id": ["p"]}},
    "a programme with a line feed": {"data": {"programme_id": "a\nb"}},
    "an empty policy": {"policy": 0},
    "a truth in a number's place": {"schema": True},
}


@pytest.mark.parametrize("changes", [one for one, _ in CHANGES] + list(MORE.values()))
def test_records_that_are_another(changes: dict[str, object], page: Browser, tmp_path: Path):
    """Each member of the envelope in another form or order."""
    made = begun()
    made.put(STREAM, GoalProgressed.TYPE, 4, again(made, **changes))
    agreed(page, made.export(tmp_path / "b"), made.key.vkey)


def within(count: int, inner: bytes = b'"g"') -> Callable[[bytes], bytes]:
    """A record in which lists stand in each other so often."""
    return lambda record: record.replace(b'"goal_id":"g"', b'"goal_id":' + b"[" * count + inner + b"]" * count)


FURTHER: dict[str, Callable[[bytes], bytes]] = {
    "as deep as may be": within(252),
    "a level deeper": within(253),
    "deeper": within(254),
    "deep beyond ASCII": within(252, '"ä"'.encode()),
    "a level deeper beyond ASCII": within(253, '"ä"'.encode()),
    "letters of all kinds": lambda record: record.replace(
        b'"goal_id":"g"', '"goal_id":"ä\u2028\U0001f600\x7f"'.encode()
    ),
    "an escaped letter": lambda record: record.replace(b'"goal_id":"g"', b'"goal_id":"\\u00e4"'),
    "an escaped slash": lambda record: record.replace(b'"goal_id":"g"', b'"goal_id":"\\/"'),
    "a control character": lambda record: record.replace(b'"goal_id":"g"', b'"goal_id":"\\u0001\\n"'),
    "a NUL in a member's name": lambda record: record.replace(b'"goal_id":"g"', b'"\\u0000":1,"goal_id":"g"'),
    "a member of every object": lambda record: record.replace(b'"goal_id":"g"', b'"__proto__":{"a":1},"goal_id":"g"'),
    "a member that is a number": lambda record: record.replace(b'"goal_id":"g"', b'"10":1,"9":2,"goal_id":"g"'),
    "as large as may be": lambda record: record.replace(b'"percent":4', b'"percent":9007199254740991'),
    "as small as may be": lambda record: record.replace(b'"percent":4', b'"percent":-9007199254740991'),
    "an exponent": lambda record: record.replace(b'"percent":4', b'"percent":1e+21'),
    "a mark in front": lambda record: b"\xef\xbb\xbf" + record,
    "no UTF-8": lambda record: record.replace(b'"goal_id":"g"', b'"goal_id":"\xff"'),
}


@pytest.mark.parametrize("spell", (SPELLINGS | FURTHER).values(), ids=SPELLINGS | FURTHER)
def test_records_in_another_spelling(spell: Callable[[bytes], bytes], page: Browser, tmp_path: Path):
    """Canonical JSON as the command takes it, to the last bracket."""
    made = begun()
    made.put(STREAM, GoalProgressed.TYPE, 4, spell(again(made)))
    made.memberships = lambda *_: iter(())  # type: ignore[method-assign]  # it reads what nobody can read
    agreed(page, made.export(tmp_path / "b"), made.key.vkey)


FALSE = StreamsRootTaken(size=3, root="ab" * 32, programmes_root=EMPTY_ROOT.hex())


def test_every_statement_of_a_log(page: Browser, tmp_path: Path):
    """Not only the newest, which the manifest names: an older one that is false is found, those around are not."""
    made = MadeLog().fill(29).state()
    made.add(f"log-{ORG}", StreamsRootTaken(size=30, root="ab" * 32, programmes_root=EMPTY_ROOT.hex()))
    made.fill(40, relationships=9).state().fill(3)
    verdict = agreed(page, made.export(tmp_path / "b"), made.key.vkey)
    assert [("statement_differs", 30)] == [(one.code, one.position) for one in verdict.faults]
    agreed(page, made.export(tmp_path / "p", number=2), made.key.vkey)


FORMS: tuple[object, ...] = (
    {"size": 9, "root": "ab" * 32},
    {"size": 1, "root": "AB" * 32},
    {"size": 1, "root": ["ab" * 32]},
    {"size": 1, "root": "ab" * 32, "programmes_root": None},
    {"size": 1, "root": "ab" * 32, "programmes_root": "", "more": 1},
    {"size": -1},
    {},
    [],
)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("stream", (f"log-{ORG}", STREAM))
def test_statements_in_another_form_or_stream(form: object, stream: str, page: Browser, tmp_path: Path):
    """What a log says of itself has its form, and stands in its own stream."""
    made = begun()
    made.add(f"log-{ORG}", FALSE)
    sound = json.loads(made.records[3])
    for number, type_ in enumerate(("log.streams_root", "log.continued")):
        made = begun()
        made.put(stream, type_, 1, canonical(sound | {"data": form, "type": type_, "stream": stream}))
        made.kept[3] = (stream, "log.key_rotated", 1, made.kept[3][3])
        (tmp_path / str(number)).mkdir()
        faults_without_reading(made, tmp_path / str(number))
        agreed(page, tmp_path / str(number) / "b", made.key.vkey)


def test_a_log_that_goes_on_under_a_new_origin(page: Browser, tmp_path: Path):
    """What was lost, and what a part leaves open of it."""
    made = begun()
    made.key = SigningKey.of(origin_of(ORG, 2), bytes(range(32)))
    for size in (9, 2):
        made.add(
            f"log-{ORG}",
            LogContinued(old_origin=origin_of(ORG), new_origin=origin_of(ORG, 2), size=size, root="ab" * 32),
        )
    made.state()
    whole = agreed(page, made.export(tmp_path / "b"), made.key.vkey)
    assert any("are lost" in one for one in whole.not_proven)
    assert agreed(page, made.export(tmp_path / "p", number=1), made.key.vkey).sound


def test_records_after_a_statement(page: Browser, tmp_path: Path):
    """That of them none belongs to the stream is left open."""
    made = MadeLog().fill(40)
    stated = made.stated()
    made.fill(20).add(f"log-{ORG}", stated)
    verdict = agreed(page, made.export(tmp_path / "p", number=2), made.key.vkey)
    assert any("none of the 20 records after those" in one for one in verdict.not_proven)
