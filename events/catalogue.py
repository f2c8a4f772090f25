"""The event catalogue: every class in `events/subjects/`, found by its stored type; nobody edits a list.

Decoders are made once per type and read the bytes of a record straight into its typed form.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Callable
from functools import cache, partial
from importlib import import_module
from typing import Any

import msgspec

from events import subjects
from events.errors import MissingUpcaster, UnknownEventType
from events.event import AnyRecorded, Event, Recorded
from events.upcasting import missing_steps, upcast


@cache
def catalogue() -> dict[str, type[Event]]:
    """Stored type -> the class of its current form."""
    found: dict[str, type[Event]] = {}
    for module_info in pkgutil.iter_modules(subjects.__path__):
        module = import_module(f"{subjects.__name__}.{module_info.name}")
        for item in vars(module).values():
            if isinstance(item, type) and issubclass(item, Event) and item.__module__ == module.__name__:
                if item.TYPE in found:
                    raise ValueError(f"{item.TYPE} is declared twice: {found[item.TYPE]} and {item}")
                found[item.TYPE] = item
    return found


def check() -> None:
    """For start-up: raises MissingUpcaster when an older form of an event type has no way to the current one."""
    steps = missing_steps({type_: cls.SCHEMA for type_, cls in catalogue().items()})
    if steps:
        names = ", ".join(f"{type_} from form {form}" for type_, form in steps)
        raise MissingUpcaster(f"No upcaster lifts {names}; add the step to events/upcasting.py.", steps=steps)


@cache
def _decoder(type_: str) -> msgspec.json.Decoder[AnyRecorded]:
    cls = catalogue().get(type_)
    if cls is None:
        raise UnknownEventType(
            f"Event type {type_} is unknown to this release; run the release that wrote it.", type=type_
        )
    return msgspec.json.Decoder(Recorded[cls])  # type: ignore[valid-type]  # the class is known only at run time


def decode(position: int, type_: str, schema: int, record: bytes) -> AnyRecorded:
    """The typed event in a stored record; older forms pass through the upcasters first.

    The envelope keeps the schema that was stored; `data` always has the current form.
    """
    ready = _ready.get((type_, schema))
    if ready is None:
        ready = _ready[type_, schema] = _reader(type_, schema)
    recorded = ready(record)
    recorded.position = position
    return recorded


# Filled as types are met; decoding is the inner loop of a rebuild, where a cached call costs as much as the read.
_ready: dict[tuple[str, int], Callable[[bytes], AnyRecorded]] = {}


def _reader(type_: str, schema: int) -> Callable[[bytes], AnyRecorded]:
    if type_ in catalogue() and schema != catalogue()[type_].SCHEMA:
        return partial(_decode_older, type_, schema)
    return _decoder(type_).decode


def _decode_older(type_: str, schema: int, record: bytes) -> AnyRecorded:
    current = catalogue()[type_].SCHEMA
    if schema > current:
        raise UnknownEventType(
            f"Event type {type_} has form {schema}; this release knows up to {current}. Run the release that wrote it.",
            type=type_,
            schema=schema,
        )
    document: dict[str, Any] = msgspec.json.decode(record)
    document["data"] = upcast(type_, schema, current, document["data"])
    found: AnyRecorded = msgspec.convert(document, Recorded[catalogue()[type_]])  # type: ignore[misc]  # as above
    return found
