"""Reads of the live states: one entity, lists by programme, status or member, names by id."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Engine, text

from events.log import Log
from events.tenancy import tenant
from projections.fold import Card, Snapshot, fold_of, run
from projections.live import decode, kind_of

_COLUMNS = "s.stream, s.version, s.position, s.fold, s.state, s.changed_at"
_LIVE = "FROM live_states s JOIN log_heads h ON h.org_id = s.org_id AND h.live_build = s.build WHERE s.org_id = :org"
_OF_KIND = "AND s.stream >= :first AND s.stream < :end"
_BEHIND_LABEL = (
    "(lower(s.label), s.stream) > (SELECT lower(a.label), a.stream FROM live_states a "
    "WHERE a.org_id = :org AND a.build = s.build AND a.stream = :after)"
)


@dataclass(frozen=True, slots=True)
class Current:
    """An entity as it stands: its stream, version, the log's position and time of its last event, state and card."""

    stream: str
    version: int
    position: int
    changed_at: datetime
    snapshot: Snapshot[Any]

    @property
    def id(self) -> str:
        """The entity's id, the part of the stream's name after its kind."""
        return self.stream.partition("-")[2]

    @property
    def state(self) -> Any:
        """The fold's state."""
        return self.snapshot.state

    @property
    def card(self) -> Card:
        """The columns it is looked up by."""
        return fold_of(kind_of(self.stream)).card(self.snapshot.state)


class Queries:
    """Reads for pages and the API; nothing that was never begun or has been undone is among the answers."""

    def __init__(self, engine: Engine, log: Log) -> None:
        self._engine = engine
        self._log = log

    def one(self, org: UUID, stream: str) -> Current | None:
        """The entity of a stream; None when there is none."""
        found = self._select(org, "AND s.stream = :stream AND s.status <> ''", {"stream": stream})
        return found[0] if found else None

    def some(self, org: UUID, streams: Iterable[str]) -> dict[str, Current]:
        """Several entities by stream; those that there are."""
        names = sorted(set(streams))
        found = self._select(org, "AND s.stream = ANY (:streams) AND s.status <> ''", {"streams": names})
        return {one.stream: one for one in found}

    def many(
        self,
        org: UUID,
        kind: str,
        *,
        scope: str | None = None,
        status: str | None = None,
        member: str | None = None,
        search: str | None = None,
        after: str | None = None,
        limit: int = 50,
    ) -> list[Current]:
        """A page of entities of one kind in the order of their stream names, from the one behind the stream `after`.

        scope: programme id; member: person id; search: a part of the label, upper or lower case.
        """
        where, values = _filtered(kind, scope=scope, status=status, member=member, search=search)
        where += " AND s.stream > :after ORDER BY s.stream LIMIT :limit"
        return self._select(org, where, values | {"after": after or "", "limit": limit})

    def many_by_label(
        self,
        org: UUID,
        kind: str,
        *,
        scope: str | None = None,
        status: str | None = None,
        search: str | None = None,
        after: str | None = None,
        limit: int = 50,
    ) -> list[Current]:
        """As `many`, in the order of their labels, letter case aside; for people, who look for a title."""
        where, values = _filtered(kind, scope=scope, status=status, search=search)
        where += f" AND {_BEHIND_LABEL}" if after else ""
        where += " ORDER BY lower(s.label), s.stream LIMIT :limit"
        return self._select(org, where, values | {"after": after, "limit": limit})

    def counts(self, org: UUID, kind: str, scope: str | None = None) -> dict[str, int]:
        """How many entities of a kind there are by status, in one programme or all."""
        where, values = _filtered(kind, scope=scope)
        query = text(f"SELECT s.status, count(*) {_LIVE} {where} GROUP BY s.status")
        with tenant(self._engine, org) as connection:
            rows = connection.execute(query, values | {"org": org}).all()
        return {row[0]: row[1] for row in rows}

    def names(self, org: UUID, people: Iterable[str] = (), programmes: Iterable[str] = ()) -> dict[str, str]:
        """Names of people and programmes by id, as far as there are any."""
        streams = [f"person-{one}" for one in set(people)] + [f"programme-{one}" for one in set(programmes)]
        return {one.id: one.card.label for one in self.some(org, streams).values()} if streams else {}

    def holders(self, org: UUID, scope: str) -> list[str]:
        """The streams that hold a claim, such as `email/<address>`: the exact look-up of a person by address."""
        query = text(
            "SELECT c.stream FROM live_claims c JOIN log_heads h ON h.org_id = c.org_id AND h.live_build = c.build "
            "WHERE c.org_id = :org AND c.scope = :scope ORDER BY c.stream"
        )
        with tenant(self._engine, org) as connection:
            return list(connection.scalars(query, {"org": org, "scope": scope}))

    def _select(self, org: UUID, where: str, values: dict[str, object]) -> list[Current]:
        query = text(f"SELECT {_COLUMNS} {_LIVE} {where}")
        with tenant(self._engine, org) as connection:
            rows = connection.execute(query, values | {"org": org}).all()
        return [self._current(org, row) for row in rows]

    def _current(self, org: UUID, row: Any) -> Current:
        stream, version, position, made_by, state, changed_at = row
        fold = fold_of(kind_of(stream))
        if made_by == fold.version:
            snapshot = decode(fold.kind, state)
        else:
            snapshot = run(fold, self._log.read_stream(org, stream))
        return Current(stream, version, position, changed_at, snapshot)


def _filtered(
    kind: str,
    *,
    scope: str | None = None,
    status: str | None = None,
    member: str | None = None,
    search: str | None = None,
) -> tuple[str, dict[str, object]]:
    """The conditions that are given, and their values."""
    where = f"{_OF_KIND} AND " + ("s.status = :status" if status else "s.status <> ''")
    where += " AND s.scope = :scope" if scope is not None else ""
    where += " AND s.members @> ARRAY[:member]" if member is not None else ""
    where += " AND strpos(lower(s.label), lower(:search)) > 0" if search else ""
    values = {"first": f"{kind}-", "end": f"{kind}."}  # a stream's name is <kind>-<uuid>, and "." comes after "-"
    return where, values | {"scope": scope, "status": status, "member": member, "search": search}
