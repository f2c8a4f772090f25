"""Every form that was ever stored can be read: a snapshot of the event types, and a stored example of each form."""

from __future__ import annotations

import json
import os
from datetime import datetime
from typing import Any

import msgspec
import pytest
import rfc8785

from events import upcasting
from events.catalogue import catalogue, check, decode
from events.errors import MissingUpcaster, UnknownEventType
from events.event import Event, Recorded
from events.record import timestamp
from events.subjects.person import PersonRegistered
from events.upcasting import missing_steps
from tests.events.forms import CORPUS, SNAPSHOT, Form, as_text, broken_promises, corpus_file, current, stored_example

HOW = (
    "Write it anew with `MENTORLEDGER_SNAPSHOT=write make test TESTS=tests/events/test_catalogue.py`: "
    "a new type or a raised SCHEMA is taken over, a changed form is not."
)


def snapshot() -> dict[str, Form]:
    """The forms that the last release of the catalogue promised."""
    found: dict[str, Form] = json.loads(SNAPSHOT.read_text(encoding="utf-8"))
    return found


def stored_forms() -> list[tuple[str, int]]:
    """The (type, schema) of every file of the corpus."""
    names = sorted(path.name.removesuffix(".json").rpartition(".") for path in CORPUS.iterdir())
    return [(type_, int(schema)) for type_, _, schema in names]


def stored(type_: str, schema: int) -> bytes:
    """The example's bytes as the log kept them; the file adds the end of the line."""
    return corpus_file(type_, schema).read_bytes().removesuffix(b"\n")


def _write_anew() -> None:
    SNAPSHOT.write_text(as_text(current()), encoding="utf-8")
    for type_, cls in catalogue().items():
        path = corpus_file(type_, cls.SCHEMA)
        if not path.exists():
            path.write_bytes(stored_example(cls) + b"\n")


def test_the_forms_of_stored_events_do_not_change() -> None:
    """Each type has the fields that it had, or a higher schema number; a new one is in the snapshot."""
    broken = broken_promises(snapshot(), current())
    assert [] == broken, f"The form of {broken} changed: raise SCHEMA, add an upcaster, keep the stored example."
    if os.environ.get("MENTORLEDGER_SNAPSHOT") == "write":
        _write_anew()
    assert as_text(current()) == SNAPSHOT.read_text(encoding="utf-8"), HOW


FORM = {"schema": 1, "fields": {"name": "str", "zone": 'str = "UTC"'}}


@pytest.mark.parametrize(
    ("change", "broken"),
    (
        ({"test.a": FORM}, False),
        ({"test.a": FORM, "test.b": FORM}, False),
        ({"test.a": {"schema": 2, "fields": {"name": "str"}}}, False),
        ({}, True),
        ({"test.a": {"schema": 0, "fields": FORM["fields"]}}, True),
        ({"test.a": {"schema": 1, "fields": {"name": "str"}}}, True),
        ({"test.a": {"schema": 1, "fields": {"name": "int", "zone": 'str = "UTC"'}}}, True),
        ({"test.a": {"schema": 1, "fields": {"name": "str", "zone": 'str = "CET"'}}}, True),
        ({"test.a": {"schema": 1, "fields": {"name": "str", "zone": 'str = "UTC"', "more": "str = null"}}}, True),
    ),
)
def test_what_counts_as_a_change_of_form(change: dict[str, Any], broken: bool) -> None:  # noqa: FBT001  # a parameter of the test
    """A type gone, another field, type or default under the same number: each is found; new types are none."""
    assert (["test.a"] if broken else []) == broken_promises({"test.a": FORM}, change)


def test_the_snapshot_sees_inside_nested_data() -> None:
    """A field of a part (a policy, a commitment) belongs to the form of the events that hold it."""
    forms = current()
    assert "cadence_days" in forms["programme.policy_revised"]["fields"]["policy"]
    assert "due_on" in forms["relationship.session_held"]["fields"]["commitments"]


def test_every_form_has_a_stored_example() -> None:
    """From form 1 to the current one of each type, and of nothing else."""
    forms = {(type_, schema) for type_, cls in catalogue().items() for schema in range(1, cls.SCHEMA + 1)}
    assert forms == set(stored_forms()), HOW


@pytest.mark.parametrize(("type_", "schema"), stored_forms())
def test_a_stored_example_is_a_record(type_: str, schema: int) -> None:
    """The examples are bytes as the log keeps them: canonical, with type, form and all that is stamped."""
    record = stored(type_, schema)
    document = json.loads(record)
    assert rfc8785.dumps(document) == record
    assert (type_, schema) == (document["type"], document["schema"])
    assert {"actor", "data", "occurred_at", "org", "policy", "prev", "recorded_at"} <= set(document)


@pytest.mark.parametrize(("type_", "schema"), stored_forms())
def test_a_stored_example_is_read_in_its_current_form(type_: str, schema: int) -> None:
    """Every form ever stored becomes the class of today; what is then written anew is read as the same."""
    read = decode(7, type_, schema, stored(type_, schema))
    assert type(read.data) is catalogue()[type_]
    assert (7, type_, schema) == (read.position, read.type, read.schema)
    again = msgspec.json.decode(msgspec.json.encode(read.data), type=type(read.data))
    assert read.data == again


@pytest.mark.parametrize(("type_", "schema"), stored_forms())
def test_nothing_of_a_current_form_is_lost_in_reading(type_: str, schema: int) -> None:
    """The whole envelope comes back as it was stored, and every member of the current form's data."""
    record = stored(type_, schema)
    document = json.loads(record)
    read = decode(0, type_, schema, record)
    envelope = {name: getattr(read, name) for name in document if name != "data"}
    times = {name: timestamp(value) for name, value in envelope.items() if isinstance(value, datetime)}
    assert {name: value for name, value in document.items() if name != "data"} == envelope | times
    assert schema < catalogue()[type_].SCHEMA or document["data"] == json.loads(msgspec.json.encode(read.data))


def test_the_first_form_of_a_registration_is_lifted() -> None:
    """What form 1 called `timezone` is the zone of today; without one it was UTC."""
    record = stored("person.registered", 1)
    read = decode(0, "person.registered", 1, record).data
    expected = PersonRegistered(
        person_id="c881b6b9-5720-5865-a00c-837faaf21c91",
        name="Ada Example",
        email="ada@people.example",
        zone="Europe/Vienna",
        ref="roster 7",
    )
    assert expected == read
    without = record.replace(b',"timezone":"Europe/Vienna"', b"")
    assert "UTC" == decode(0, "person.registered", 1, without).data.zone


def test_a_type_of_a_newer_release_is_refused() -> None:
    """An older release does not guess what a type that it lacks means, and names it."""
    with pytest.raises(UnknownEventType) as caught:
        decode(0, "relationship.book_lent", 1, b"{}")
    assert "relationship.book_lent" == caught.value.facts["type"]
    assert "unknown to this release" in caught.value.message


def test_a_form_of_a_newer_release_is_refused() -> None:
    """A higher schema number than the code's is not read as the form that the code knows."""
    with pytest.raises(UnknownEventType) as caught:
        decode(0, "person.registered", 3, stored("person.registered", 2))
    assert ("person.registered", 3) == (caught.value.facts["type"], caught.value.facts["schema"])


def test_no_step_between_forms_is_missing() -> None:
    """Start-up passes with the catalogue as it is."""
    check()


def test_a_missing_step_stops_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    """A release that could not read what is stored says so before it serves anybody."""
    monkeypatch.setattr(upcasting, "UPCASTERS", {})
    with pytest.raises(MissingUpcaster) as caught:
        check()
    assert [("log.streams_root", 1), ("log.anchored", 1), ("person.registered", 1)] == caught.value.facts["steps"]
    assert "person.registered from form 1" in caught.value.message


def test_every_missing_step_is_named() -> None:
    """From form 1 on, each number below the current one needs its step."""
    expected = [("person.registered", 2), ("person.registered", 3), ("test.new", 1)]
    assert expected == missing_steps({"person.registered": 4, "test.new": 2, "test.first": 1})


def test_no_upcaster_stands_there_for_nothing() -> None:
    """A step for a type or a form that there is not is a misspelt one."""
    forms = {(type_, schema) for type_, cls in catalogue().items() for schema in range(1, cls.SCHEMA)}
    assert forms == set(upcasting.UPCASTERS)


def _structs(cls: type[Any]) -> set[type[Any]]:
    """The class and the classes of its parts."""
    inside = [one for field in msgspec.structs.fields(cls) for one in _classes(field.type)]
    return {cls}.union(*(_structs(one) for one in inside))


def _classes(annotation: Any) -> list[type[Any]]:
    if isinstance(annotation, type) and issubclass(annotation, msgspec.Struct):
        return [annotation]
    return [found for inner in getattr(annotation, "__args__", ()) for found in _classes(inner)]


@pytest.mark.parametrize("cls", catalogue().values())
def test_an_event_type_keeps_the_rules_of_the_record(cls: type[Event]) -> None:
    """Names are ASCII, nothing is a fraction, unknown members are refused, an event cannot be changed."""
    subject, _, name = cls.TYPE.partition(".")
    assert subject.isascii() and name.isascii() and (subject + name).islower()
    for part in _structs(cls):
        assert part.__struct_config__.frozen and part.__struct_config__.forbid_unknown_fields
        assert all(field.encode_name.isascii() for field in msgspec.structs.fields(part))
    assert not any("float" in text for text in current()[cls.TYPE]["fields"].values())


def test_the_envelope_leaves_nothing_of_a_record_out() -> None:
    """What the log stamps and what it was given has a field each; the position is no member of the record."""
    members = set(json.loads(stored("person.registered", 2)))
    assert members | {"on_behalf_of", "position"} == set(Recorded.__struct_fields__)
