"""The forms of events as JSON Schema, for whoever reads records without this program."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from events.catalogue import catalogue
from events.event import Event
from events.record import canonical

_DIALECT = "https://json-schema.org/draft/2020-12/schema"


def schemas() -> Mapping[str, bytes]:
    """File name -> the schema of the data of one type of event in its current form; the same at every call."""
    return {f"schemas/{type_}.json": _schema(found) for type_, found in sorted(catalogue().items())}


def _schema(event: type[Event]) -> bytes:
    document = msgspec.json.schema(event)
    return canonical({"$schema": _DIALECT, "title": event.TYPE, "x-schema": event.SCHEMA} | document) + b"\n"
