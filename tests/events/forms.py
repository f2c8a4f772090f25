"""The forms of event types as text, for the snapshot; and filled-in examples, for the corpus of stored records."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

import msgspec
from msgspec import inspect

from events.catalogue import catalogue
from events.event import Event
from events.record import pieces
from tests.events.samples import HAPPENED, spliced

FOLDER = Path(__file__).parent
SNAPSHOT = FOLDER / "catalogue.json"
CORPUS = FOLDER / "corpus"

Form = dict[str, Any]

TEXTS = {
    "name": "Ada Example", "email": "ada@people.example", "zone": "Europe/Vienna", "role": "mentor", "side": "mentee",
    "sort": "praise", "outcome": "completed", "was": "initiation", "to": "cultivation", "to_status": "active",
    "report_every": "week", "cultivation_needs": "goal", "field": "title", "scopes": "read", "format": "csv",
    "fields": "email", "filled_in": "email", "links": "https://project.example/issues/1", "period": "2026-02",
    "added": "https://project.example/plan", "removed": "https://project.example/old", "text": "1 May, end of day",
    "message_ids": "<one@mail.example>", "cause_key": "no_session/2026-03-01", "subject": "programme-" + "0" * 8,
    "title": "Measure what users wait for", "ref": "roster 7", "skills": "Rust", "channel": "video",
    "size": "175 hours", "addresses": "auditor@firm.example",
}  # fmt: skip  # one entry per line says no more
REFERENCES = ("_id", "person", "owner", "by", "absent", "mentors", "mentees", "goals_met", "giver", "receiver")


def current() -> dict[str, Form]:
    """Stored type -> schema and fields of every event type, as the code has them."""
    return {type_: form(cls) for type_, cls in sorted(catalogue().items())}


def form(cls: type[Event]) -> Form:
    """The schema number and each field's type and default: what a stored event means depends on both."""
    return {"schema": cls.SCHEMA, "fields": _fields(inspect.type_info(cls))}


def broken_promises(before: dict[str, Form], after: dict[str, Form]) -> list[str]:
    """The types of which stored events could no longer be read as they were meant."""
    return [
        type_
        for type_, old in before.items()
        if (new := after.get(type_)) is None
        or new["schema"] < old["schema"]
        or (new["schema"] == old["schema"] and new["fields"] != old["fields"])
    ]


def as_text(forms: dict[str, Form]) -> str:
    """One line per event type, so that a diff shows which changed."""
    lines = (f"  {json.dumps(type_)}: {json.dumps(form_)}" for type_, form_ in forms.items())
    return "{\n" + ",\n".join(lines) + "\n}\n"


def corpus_file(type_: str, schema: int) -> Path:
    """Where the stored example of a form stands."""
    return CORPUS / f"{type_}.{schema}.json"


def stored_example(cls: type[Event]) -> bytes:
    """A record of the type's current form as the log keeps it, every field filled in."""
    info = inspect.type_info(cls)
    subject = cls.TYPE.partition(".")[0]
    stream = f"{'relationship' if subject == 'reminder' else subject}-{_reference('stream')}"
    data = msgspec.convert(_struct(info), cls)
    parts = pieces(
        _reference("organisation"), stream, data, HAPPENED,
        actor="token:example", cause="import:example", salt="0123456789abcdef" * 2,
    )  # fmt: skip  # one line per meaning
    return spliced(parts, "ab" * 32, "2026-03-02T08:00:00.000001Z", 2, cls.TYPE)


def _fields(info: inspect.Type) -> dict[str, str]:
    assert isinstance(info, inspect.StructType)
    return {field.encode_name: _type(field.type) + _default(field) for field in info.fields}


def _default(field: inspect.Field) -> str:
    if field.required:
        return ""
    made = field.default if field.default_factory is msgspec.NODEFAULT else field.default_factory()
    return " = " + msgspec.json.encode(made).decode()


def _type(info: inspect.Type) -> str:
    match info:
        case inspect.UnionType():
            return " | ".join(_type(one) for one in info.types)
        case inspect.VarTupleType():
            return f"list of ({_type(info.item_type)})"
        case inspect.DictType():
            return f"members ({_type(info.key_type)}: {_type(info.value_type)})"
        case inspect.StructType():
            return json.dumps(_fields(info)).replace('"', "'")
        case _:
            return type(info).__name__.removesuffix("Type").lower()


def _struct(info: inspect.Type) -> dict[str, Any]:
    assert isinstance(info, inspect.StructType)
    return {field.encode_name: _value(field.encode_name, field.type) for field in info.fields}


def _value(name: str, info: inspect.Type) -> Any:
    match info:
        case inspect.UnionType():
            return _value(name, next(one for one in info.types if not isinstance(one, inspect.NoneType)))
        case inspect.VarTupleType():
            return [_value(name, info.item_type)]
        case inspect.DictType():
            return {_reference("person"): "primary"}
        case inspect.StructType():
            return _struct(info)
        case inspect.StrType():
            return _text(name)
        case inspect.BoolType():
            return True
        case inspect.IntType():
            return 21
        case inspect.DateType():
            return date(2026, 5, 1)
        case inspect.DateTimeType():
            return HAPPENED
        case _:
            raise TypeError(f"no example for {name}: {info}")


def _text(name: str) -> str:
    if name.endswith("sha256"):
        return "cd" * 32
    if name in TEXTS:
        return TEXTS[name]
    return _reference(name) if name.endswith(REFERENCES) else f"What was written as {name.replace('_', ' ')}: größer"


def _reference(name: str) -> str:
    return str(uuid5(NAMESPACE_URL, name))
