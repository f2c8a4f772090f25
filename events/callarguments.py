"""From appends to the flat arrays that `append_events` takes (shape: see `events/sql/append.sql`)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from events.append import Append, LiveRow, Write

Parts = list[tuple[bytes, bytes]]


def arguments_of(org: UUID, items: Sequence[tuple[Append, Parts]]) -> list[Any]:
    """The arguments in the function's order; items are independent appends of one organisation."""
    item_columns: list[list[Any]] = [[] for _ in range(4)]
    write_columns: list[list[Any]] = [[] for _ in range(12)]
    claim_columns: list[list[Any]] = [[] for _ in range(3)]
    event_columns: list[list[Any]] = [[] for _ in range(5)]
    for append, parts in items:
        _add(item_columns, (len(write_columns[0]) + 1, len(append.writes), append.command, append.digest))
        part = iter(parts)
        for write in append.writes:
            counted = (
                len(event_columns[0]) + 1,
                len(write.drafts),
                len(claim_columns[0]) + 1,
                len(write.claims),
            )
            _add(write_columns, (write.stream, write.expected, *counted, *_live(write.live)))
            for claim in write.claims:
                _add(claim_columns, (claim.scope, claim.take, claim.limit))
            _add_events(event_columns, write, part)
    now = items[-1][0].now
    return [org, now, *item_columns, *write_columns, *claim_columns, *event_columns]


def _add(columns: list[list[Any]], row: tuple[Any, ...]) -> None:
    for column, value in zip(columns, row, strict=True):
        column.append(value)


def _add_events(columns: list[list[Any]], write: Write, part: Any) -> None:
    for draft in write.drafts:
        head, middle = next(part)
        _add(columns, (draft.data.TYPE, draft.data.SCHEMA, draft.occurred_at, head, middle))


def _live(live: LiveRow | None) -> tuple[Any, ...]:
    if live is None:
        return None, None, None, None, None, None
    return live.fold, live.state, live.scope, live.status, live.label, array_text(live.members)


def array_text(ids: Sequence[str]) -> str:
    """The text form of a PostgreSQL array of ids, for arrays inside an array."""
    escaped = (one.replace("\\", "\\\\").replace('"', '\\"') for one in ids)
    return "{" + ",".join(f'"{one}"' for one in escaped) + "}"
