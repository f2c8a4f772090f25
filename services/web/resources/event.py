"""Recorded events as they go out."""

from __future__ import annotations

from typing import Any

import msgspec

from events.event import AnyRecorded
from events.proof.tree import leaf_hash
from services.web.resources.shared import When


class RecordedEvent(msgspec.Struct, frozen=True, kw_only=True):
    """One event of the log; data has the current form of its type, whatever form was stored."""

    position: int
    stream: str
    stream_version: int
    type: str
    schema: int
    occurred_at: When
    recorded_at: When
    actor: str
    on_behalf_of: str | None
    cause: str | None
    policy: int
    data: Any


class RecordOfEvent(msgspec.Struct, frozen=True, kw_only=True):
    """One event with its stored record: the canonical bytes as text, and their leaf hash (RFC 9162, SHA-256) in hex."""

    event: RecordedEvent
    record: str
    leaf_hash: str


def event_of(recorded: AnyRecorded) -> RecordedEvent:
    """What a reader sees of an event."""
    return RecordedEvent(
        position=recorded.position,
        stream=recorded.stream,
        stream_version=recorded.stream_version,
        type=recorded.type,
        schema=recorded.schema,
        occurred_at=recorded.occurred_at,
        recorded_at=recorded.recorded_at,
        actor=recorded.actor,
        on_behalf_of=recorded.on_behalf_of,
        cause=recorded.cause,
        policy=recorded.policy,
        data=recorded.data,
    )


def record_of(recorded: AnyRecorded, record: bytes) -> RecordOfEvent:
    """An event and the bytes that the log keeps of it."""
    return RecordOfEvent(event=event_of(recorded), record=record.decode("utf-8"), leaf_hash=leaf_hash(record).hex())
