"""The log of an organisation: append in one round trip, read by stream, by position, by type and time.

An append takes a tuple of writes, one per stream, that succeed or fail as one. The current state of a stream whose
decisions need it travels along and is kept in the same transaction (`LiveRow`); so do claims, rows that say which
scope a stream occupies (a mentor's seat, a pair's pending request), counted under the organisation's lock.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Engine, text

from events.append import Append, Appended, Loaded
from events.appender import Appender
from events.catalogue import decode
from events.event import AnyRecorded
from events.rawcalls import RawCalls
from events.record import envelope, salts, within
from events.tenancy import tenant

PAGE = 1_000
LAST = 2**62


class Log:
    """The event store. Every method's first argument is the organisation; nothing reads across organisations."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._calls = RawCalls(engine)
        self._appender = Appender(self._calls)

    def append(self, org: UUID, append: Append) -> Appended:
        """Store a command's effect; waiting appends of one organisation travel together.

        Raises VersionConflict, ClaimTaken, CommandReused, RecordTooLarge, InvalidRecord, ClockJump,
        UnknownOrganisation, StorageUnavailable. After any of them nothing of the append is stored, except that after
        StorageUnavailable it may be: send the same command with the same key again.
        """
        around = envelope(str(org), append.actor, append.on_behalf_of, append.cause, append.policy)
        fresh = iter(salts(sum([len(write.drafts) for write in append.writes])))
        parts = [
            within(around, write.stream, draft.data, draft.occurred_at, next(fresh))
            for write in append.writes
            for draft in write.drafts
        ]
        return self._appender.submit(org, append, parts)

    def load(self, org: UUID, streams: Sequence[str], command: str | None = None) -> Loaded:
        """The live rows of the streams and the answer to the command key, if it was given before."""
        return _loaded(self._calls.load(org, streams, command))

    def size(self, org: UUID) -> int:
        """How many events the organisation's log holds."""
        with tenant(self._engine, org) as connection:
            found = connection.scalar(text("SELECT size FROM log_heads WHERE org_id = :org"), {"org": org})
        return int(found or 0)

    def read_stream(
        self, org: UUID, stream: str, *, after: int = 0, upto_position: int | None = None
    ) -> Iterator[AnyRecorded]:
        """The events of one stream in order, from version after + 1, up to and including a position of the log."""
        return self._pages(
            org,
            "stream = :stream AND stream_version > :after AND position <= :upto",
            "stream_version",
            {"stream": stream, "after": after, "upto": LAST if upto_position is None else upto_position},
        )

    def read(
        self,
        org: UUID,
        *,
        after: int = -1,
        upto: int | None = None,
        types: Sequence[str] | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        limit: int | None = None,
    ) -> list[AnyRecorded]:
        """Up to `limit` events after a position, oldest first.

        types filters by stored type; since (inclusive) and until (exclusive) by recorded_at.
        """
        where = "position > :after AND position <= :upto"
        where += " AND position >= position_at(:org, :since)" if since is not None else ""
        where += " AND position < position_at(:org, :until)" if until is not None else ""
        if types is not None:
            where = (
                "position = ANY (ARRAY(SELECT position FROM events WHERE org_id = :org AND type = ANY (:types) "
                f"AND {where} ORDER BY position LIMIT :limit))"
            )
        values = {
            "after": after,
            "upto": LAST if upto is None else upto,
            "types": list(types or ()),
            "since": since,
            "until": until,
        }
        return self._page(org, where, "position", values, PAGE if limit is None else limit)

    def record_bytes(self, org: UUID, position: int) -> bytes | None:
        """The stored bytes of one record, None when the log is shorter."""
        with tenant(self._engine, org) as connection:
            query = text("SELECT record FROM events WHERE org_id = :org AND position = :position")
            found = connection.scalar(query, {"org": org, "position": position})
        return bytes(found) if found is not None else None

    def _pages(self, org: UUID, where: str, order: str, values: dict[str, object]) -> Iterator[AnyRecorded]:
        while True:
            page = self._page(org, where, order, values, PAGE)
            yield from page
            if len(page) < PAGE:
                return
            values = values | {"after": getattr(page[-1], order)}

    def _page(self, org: UUID, where: str, order: str, values: dict[str, object], limit: int) -> list[AnyRecorded]:
        query = text(
            f"SELECT position, type, schema, record FROM events WHERE org_id = :org AND {where} "
            f"ORDER BY {order} LIMIT :limit"
        )
        with tenant(self._engine, org) as connection:
            rows = connection.execute(query, values | {"org": org, "limit": limit}).all()
        return [decode(row[0], row[1], row[2], row[3]) for row in rows]


def _loaded(rows: Sequence[tuple[object, ...]]) -> Loaded:
    found: dict[str, tuple[int, int, bytes]] = {}
    answered, digest = None, None
    for stream, version, position, fold, state, known_digest, first in rows:
        if stream is not None:
            found[stream] = (version, fold, state)  # type: ignore[index,assignment]  # the driver's row is untyped
        elif known_digest is not None:
            digest = bytes(known_digest)  # type: ignore[call-overload]  # as above
            answered = Appended(
                first_position=first, last_position=position, stream_version=version, repeated=True,  # type: ignore[arg-type]  # as above
            )  # fmt: skip  # keeps the reason on the line
    return Loaded(rows=found, answered=answered, digest=digest)
