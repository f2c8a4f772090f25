"""The stored bytes: RFC 8785 whatever the document, refused whatever has no such form."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from enum import IntEnum
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import make_url

from deploy.addresses import plain
from events.errors import InvalidRecord, RecordTooLarge
from events.event import Event
from events.proof.tiles import MAX_RECORD
from events.proof.tree import leaf_hash
from events.record import MAX_INTEGER, canonical, pieces, timestamp
from events.subjects.goal import GoalSet
from tests.conftest import Database
from tests.core import Whole
from tests.events.samples import ACTOR, HAPPENED, append, goal, new_stream, spliced, write

ORG = "00000000-0000-4000-8000-000000000001"
STREAM = "relationship-00000000-0000-4000-8000-000000000002"

texts = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]))
leaves = st.none() | st.booleans() | st.integers(-MAX_INTEGER, MAX_INTEGER) | texts
keys = st.text(st.characters(codec="ascii", exclude_characters="\x00"), max_size=8)
documents = st.recursive(leaves, lambda inner: st.lists(inner) | st.dictionaries(keys, inner))


class Colour(IntEnum):
    """A number in disguise."""

    RED = 1


class Name(str):
    """A text in disguise."""

    __slots__ = ()


@dataclass
class Pair:
    """What some JSON writers take for a document."""

    one: int = 1


class Anything(Event):
    """An event that may hold what no event of the catalogue can."""

    TYPE = "test.anything"
    value: Any


@given(documents)
def test_canonical_bytes_are_those_of_rfc_8785(document: Any) -> None:
    """Every document of plain types has the bytes that an independent implementation gives it."""
    assert rfc8785.dumps(document) == canonical(document)


@given(documents)
def test_canonical_bytes_hold_the_whole_document(document: Any) -> None:
    """What is read back is what was written."""
    assert document == json.loads(canonical(document))


@pytest.mark.parametrize("name", ("arrays", "unicode"))
def test_published_vectors_within_our_rules(shared_dir: Path, name: str) -> None:
    """The author's own examples come out byte for byte."""
    folder = shared_dir / "vectors/rfc8785/testdata"
    document = json.loads((folder / f"input/{name}.json").read_bytes())
    assert (folder / f"output/{name}.json").read_bytes() == canonical(document)


@pytest.mark.parametrize("name", ("french", "structures", "values", "weird"))
def test_published_vectors_beyond_our_rules_are_refused(shared_dir: Path, name: str) -> None:
    """Fractions and names beyond ASCII have a form in the RFC, but none here."""
    document = json.loads((shared_dir / f"vectors/rfc8785/testdata/input/{name}.json").read_bytes())
    with pytest.raises(InvalidRecord):
        canonical(document)


@pytest.mark.parametrize("member", ("string", "literals"))
def test_the_parts_of_a_vector_within_our_rules(shared_dir: Path, member: str) -> None:
    """Escapes, controls and the three literals come out as in the author's example."""
    folder = shared_dir / "vectors/rfc8785/testdata"
    document = json.loads((folder / "input/values.json").read_bytes())
    assert canonical({member: document[member]})[1:-1] in (folder / "output/values.json").read_bytes()


REFUSED = {
    "a NUL": "a\x00b",
    "a lone high surrogate": "\ud800",
    "a lone low surrogate": "x\udc00y",
    "a fraction": 1.5,
    "a whole float": 1.0,
    "not a number": float("nan"),
    "infinity": float("inf"),
    "2^53": 2**53,
    "-2^53": -(2**53),
    "a huge integer": 10**400,
    "a name beyond ASCII": {"é": 1},
    "a number as a name": {1: 1},
    "nothing as a name": {None: 1},
    "bytes": b"bytes",
    "a moment": HAPPENED,
    "a date": date(2026, 3, 1),
    "a UUID": uuid4(),
    "a decimal": Decimal(1),
    "a set": {1},
    "an enumeration's number": Colour.RED,
    "a subclass of text": Name("x"),
    "a dataclass": Pair(),
    "an object": object(),
}


@pytest.mark.parametrize("place", ("alone", "in a list", "in a member", "deep down"))
@pytest.mark.parametrize("what", REFUSED)
def test_what_has_no_canonical_form_is_refused(what: str, place: str) -> None:
    """Nothing is guessed, rounded or replaced, wherever it stands."""
    value = REFUSED[what]
    wrapped = {"alone": value, "in a list": [value], "in a member": {"a": value}, "deep down": {"a": [({"b": value},)]}}
    with pytest.raises(InvalidRecord) as caught:
        canonical(wrapped[place])
    assert caught.value.code == "invalid_record"
    assert caught.value.message.endswith(".") and len(caught.value.message) > 20


@pytest.mark.parametrize("value", (MAX_INTEGER, -MAX_INTEGER, 0, -1))
def test_integers_up_to_the_limit_are_kept(value: int) -> None:
    """2^53-1 is the largest that every JSON reader holds exactly."""
    assert str(value).encode() == canonical(value)


@pytest.mark.parametrize("field", ("actor", "on_behalf_of", "cause", "stream"))
def test_the_envelope_follows_the_same_rules(field: str) -> None:
    """A broken text is refused in the envelope as in the data."""
    values = {"actor": ACTOR, "stream": STREAM, field: "x\x00"}
    stream = values.pop("stream")
    with pytest.raises(InvalidRecord):
        pieces(ORG, stream, goal(), HAPPENED, **values)  # type: ignore[arg-type]  # the names are those of the texts


def test_data_follows_the_rules() -> None:
    """A fraction deep in an event's data is refused before anything reaches the database."""
    with pytest.raises(InvalidRecord):
        pieces(ORG, STREAM, Anything(value={"deep": [0.1]}), HAPPENED, actor=ACTOR)


@given(texts, st.none() | texts, st.none() | texts, st.none() | st.binary(min_size=32, max_size=32))
def test_pieces_around_the_stamps_are_canonical(
    text: str, cause: str | None, on_behalf_of: str | None, prev: bytes | None
) -> None:
    """Head, stamps and middle make the RFC 8785 bytes of one document, whichever members there are."""
    parts = pieces(ORG, STREAM, goal(text), HAPPENED, actor=text, cause=cause, on_behalf_of=on_behalf_of)
    before = prev.hex() if prev is not None else None
    record = spliced(parts, before, "2026-03-02T00:00:00.000001Z", 7, GoalSet.TYPE)
    document = json.loads(record)
    assert rfc8785.dumps(document) == record
    assert (before, 7, text, cause, on_behalf_of) == (
        document["prev"],
        document["stream_version"],
        document["data"]["specific"],
        document.get("cause"),
        document.get("on_behalf_of"),
    )


def test_the_stored_bytes_are_the_pieces_around_the_stamps(everything: Whole) -> None:
    """The database adds the previous hash, the time and the version, and changes no other byte."""
    org, stream = everything.organisation(), new_stream()
    texts_ = ('"quoted" \\ and \u2028 \u20ac \U0001f602 \x7f', "second")
    everything.log.append(org, append(write(stream, *(goal(text) for text in texts_)), cause="import:x"))
    prev = None
    for position, text in enumerate(texts_):
        record = everything.log.record_bytes(org, position)
        assert record is not None
        found = json.loads(record)
        given_ = {"actor": ACTOR, "cause": "import:x", "salt": found["salt"]}
        parts = pieces(str(org), stream, goal(text), HAPPENED, **given_)
        assert spliced(parts, prev, found["recorded_at"], position + 1, GoalSet.TYPE) == record
        assert rfc8785.dumps(found) == record
        prev = leaf_hash(record).hex()


def test_every_record_has_a_salt_of_its_own() -> None:
    """128 random bits in hex: equal events have different records."""
    salts = {
        json.loads(spliced(pieces(ORG, STREAM, goal(), HAPPENED, actor=ACTOR), None, "x", 1, "y"))["salt"]
        for _ in range(200)
    }
    assert 200 == len(salts)
    assert {32} == {len(salt) for salt in salts}
    assert set("".join(salts)) <= set("0123456789abcdef")


def test_leaf_hash_is_that_of_rfc_9162() -> None:
    """The hash of the empty leaf is the one in the RFC 6962 test vectors."""
    assert "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d" == leaf_hash(b"").hex()


@pytest.mark.parametrize(
    ("moment", "expected"),
    (
        (datetime(2026, 3, 1, tzinfo=UTC), "2026-03-01T00:00:00.000000Z"),
        (datetime(2026, 3, 1, 1, tzinfo=timezone(timedelta(hours=2))), "2026-02-28T23:00:00.000000Z"),
        (datetime(999, 12, 31, 23, 59, 59, 999999, tzinfo=UTC), "0999-12-31T23:59:59.999999Z"),
    ),
)
def test_timestamps_have_one_form(moment: datetime, expected: str) -> None:
    """UTC, four digits of year, six of the second, and Z."""
    assert expected == timestamp(moment)


def test_a_moment_without_zone_is_a_fault() -> None:
    """Nobody guesses what a naive moment meant."""
    with pytest.raises(ValueError, match="time zone"):
        timestamp(datetime(2026, 3, 1))  # noqa: DTZ001  # the fault itself


def _room() -> int:
    """How long the text of an otherwise empty goal may be."""
    low, high = 0, MAX_RECORD
    while low < high:
        middle = (low + high + 1) // 2
        try:
            pieces(ORG, STREAM, goal("x" * middle), HAPPENED, actor=ACTOR)
            low = middle
        except RecordTooLarge:
            high = middle - 1
    return low


def test_a_record_beyond_the_limit_is_refused_by_name() -> None:
    """The refusal says the limit in bytes and what to do."""
    with pytest.raises(RecordTooLarge) as caught:
        pieces(ORG, STREAM, goal("x" * (_room() + 1)), HAPPENED, actor=ACTOR)
    assert (MAX_RECORD, 65_535) == (caught.value.facts["limit"], MAX_RECORD)
    assert "65,535" in caught.value.message and "Shorten" in caught.value.message


def test_the_limit_counts_bytes() -> None:
    """A text of fewer characters than the limit can have more bytes."""
    with pytest.raises(RecordTooLarge):
        pieces(ORG, STREAM, goal("\u20ac" * 22_000), HAPPENED, actor=ACTOR)


def test_the_longest_record_fits_whatever_the_stamps(everything: Whole) -> None:
    """What Python lets through the table takes, with the longest version number and a previous hash."""
    parts = pieces(ORG, STREAM, goal("x" * _room()), HAPPENED, actor=ACTOR)
    record = spliced(parts, "f" * 64, "2026-03-02T00:00:00.000001Z", 2**63 - 1, GoalSet.TYPE)
    assert MAX_RECORD - 1 <= len(record) <= MAX_RECORD
    org = everything.organisation()
    done = everything.log.append(org, append(write(new_stream(), goal("x" * _room()), goal("x" * _room()))))
    assert 1 == done.last_position


@pytest.mark.parametrize(("size", "fits"), ((MAX_RECORD, True), (MAX_RECORD + 1, False)))
def test_the_table_has_the_same_limit(everything: Whole, module_database: Database, size: int, fits: bool) -> None:  # noqa: FBT001  # a parameter of the test
    """Whoever writes past the service meets the limit too."""
    org = everything.organisation()
    with psycopg.connect(plain(make_url(module_database.service_url))) as connection:
        connection.execute("SELECT set_config('app.org_id', %s, true)", [str(org)])
        insert = (
            "INSERT INTO events (org_id, position, stream, stream_version, type, schema, recorded_at, occurred_at, "
            "record, leaf_hash) VALUES (%s, 0, 's', 1, 't', 1, now(), now(), %s, %s)"
        )
        values = [org, b"x" * size, b"h" * 32]
        if fits:
            assert 1 == connection.execute(insert, values).rowcount
        else:
            with pytest.raises(psycopg.errors.CheckViolation):
                connection.execute(insert, values)
