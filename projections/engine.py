"""The stored views after the commit: each follows the log from a checkpoint, rows and checkpoint in one transaction.

A step takes a window of positions, folds every relationship touched in it again from its events and replaces its rows.
A relationship whose events a view cannot take is parked with the error, shown and tried again; the others go on.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import Connection, Engine, text

from events.tenancy import tenant
from projections.frames import touched_relationships
from projections.heads import Head, begin_head, head_of, log_end, put_head
from projections.parking import Parked, parked
from projections.scan import some_streams, touched_streams
from projections.targets import StoredTarget
from projections.views.stored import STORED, View

WINDOW = 5_000
POLL = 0.02


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredRow:
    """A view's row as it is read: the decoded body and the columns it was looked up by."""

    stream: str
    ordinal: int
    scope: str | None
    person: str | None
    at: datetime | None
    body: Any


class Views:
    """The stored views of all organisations, one organisation at a time."""

    def __init__(self, engine: Engine, views: Sequence[View] = STORED) -> None:
        self._engine = engine
        self._views = {view.name: view for view in views}

    def catch_up(self, org: UUID) -> int:
        """Bring every view to the end of the log and try parked streams again; how many events were taken in."""
        taken = 0
        for view in self._views.values():
            while done := self._step(org, view):
                taken += done
            self._retry(org, view)
        return taken

    def behind(self, org: UUID) -> int:
        """By how many events the slowest view is behind the log."""
        with tenant(self._engine, org) as connection:
            heads = [head_of(connection, org, name) for name in self._views]
            end = log_end(connection, org)
        return max((end - (head.position if head else -1) for head in heads), default=0)

    def position(self, org: UUID, view: str) -> int:
        """The last position that a view has taken in, -1 for none."""
        with tenant(self._engine, org) as connection:
            head = head_of(connection, org, view)
        return head.position if head else -1

    def wait_for(self, org: UUID, view: str, position: int, timeout: float) -> bool:
        """Wait up to `timeout` seconds until a view has taken in a position; whether it has."""
        deadline = time.monotonic() + timeout
        while self.position(org, view) < position:
            if time.monotonic() >= deadline:
                return False
            time.sleep(POLL)
        return True

    def rows(
        self,
        org: UUID,
        view: str,
        *,
        stream: str | None = None,
        scope: str | None = None,
        person: str | None = None,
        due_by: datetime | None = None,
        after: tuple[str, int] | None = None,
        limit: int = 200,
    ) -> list[StoredRow]:
        """Rows of the build that counts, filtered by what is given, in the order of (stream, ordinal)."""
        where = "r.org_id = :org AND r.view = :view AND (r.stream, r.ordinal) > (:stream_after, :ordinal_after)"
        for name, value in (("stream", stream), ("scope", scope), ("person", person)):
            where += f" AND r.{name} = :{name}" if value is not None else ""
        where += " AND r.at <= :due_by" if due_by is not None else ""
        query = text(
            "SELECT r.stream, r.ordinal, r.scope, r.person, r.at, r.body FROM view_rows r JOIN view_heads h "
            "ON h.org_id = r.org_id AND h.view = r.view AND h.build = r.build "
            f"WHERE {where} ORDER BY r.stream, r.ordinal LIMIT :limit"
        )
        last, ordinal = after or ("", -1)
        values = {
            "org": org,
            "view": view,
            "stream": stream,
            "scope": scope,
            "person": person,
            "due_by": due_by,
        }
        with tenant(self._engine, org) as connection:
            found = connection.execute(query, values | {"stream_after": last, "ordinal_after": ordinal, "limit": limit})
            return [self._stored(view, row) for row in found]

    def parked(self, org: UUID) -> list[Parked]:
        """Every stream that waits for a repair."""
        with tenant(self._engine, org) as connection:
            return parked(connection, org)

    def _stored(self, view: str, row: Any) -> StoredRow:
        body = msgspec.json.decode(row[5], type=self._views[view].body)
        return StoredRow(stream=row[0], ordinal=row[1], scope=row[2], person=row[3], at=row[4], body=body)

    def _step(self, org: UUID, view: View) -> int:
        with tenant(self._engine, org) as connection:
            head = self._locked_head(connection, org, view)
            upto = min(log_end(connection, org), head.position + WINDOW)
            if upto <= head.position:
                return 0
            streams = touched_relationships(connection, org, touched_streams(connection, org, head.position, upto))
            _renew(connection, org, view, head.build, streams, upto)
            put_head(connection, org, replace(head, position=upto))
            return upto - head.position

    def _retry(self, org: UUID, view: View) -> None:
        with tenant(self._engine, org) as connection:
            head = self._locked_head(connection, org, view)
            query = text("SELECT stream FROM parked WHERE org_id = :org AND view = :view")
            streams = list(connection.scalars(query, {"org": org, "view": view.name}))
            if streams:
                _renew(connection, org, view, head.build, streams, head.position)

    def _locked_head(self, connection: Connection, org: UUID, view: View) -> Head:
        begin_head(connection, org, view.name, view.version)
        head = head_of(connection, org, view.name, lock=True)
        assert head is not None, "the row was made above"
        return head


def _renew(connection: Connection, org: UUID, view: View, build: int, streams: Sequence[str], upto: int) -> None:
    found = list(some_streams(connection, org, streams, upto))
    StoredTarget(view).put(connection, org, build, found, fresh=False)
