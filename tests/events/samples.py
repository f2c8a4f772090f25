"""What tests of the log append: small events, writes of one stream, and appends of now."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from events.append import Append, Draft, LiveRow, Write
from events.event import Event
from events.subjects.goal import GoalSet

ACTOR = "token:test"
HAPPENED = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)


def new_stream(kind: str = "relationship") -> str:
    """The name of a stream that does not exist yet."""
    return f"{kind}-{uuid4()}"


def goal(text: str = "Read the standard") -> GoalSet:
    """An event whose text a test can find again."""
    return GoalSet(goal_id="g", specific=text)


def write(stream: str, *data: Event, expected: int | None = None, **more: Any) -> Write:
    """One stream's part of an append."""
    drafts = tuple(Draft(data=one, occurred_at=HAPPENED) for one in data)
    return Write(stream=stream, drafts=drafts, expected=expected, **more)


def live(text: str = "{}", **more: Any) -> LiveRow:
    """A live row of fold 1."""
    return LiveRow(fold=1, state=text.encode(), **more)


def append(*writes: Write, **more: Any) -> Append:
    """An append of this moment."""
    return Append(writes=writes, actor=ACTOR, **({"now": datetime.now(UTC)} | more))


def spliced(parts: tuple[bytes, bytes], prev: str | None, recorded_at: str, version: int, type_: str) -> bytes:
    """What the database makes of the pieces, by the documentation of `pieces`."""
    head, middle = parts
    stamps = f'{json.dumps(prev)},"recorded_at":"{recorded_at}"'.encode()
    return head + stamps + middle + f'{version},"type":"{type_}"}}'.encode()
