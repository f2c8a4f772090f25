"""What a rebuild writes to: the live states of all streams, or the rows of one stored view."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol
from uuid import UUID

from sqlalchemy import Connection, text

from projections.fold import fold_of, run
from projections.frames import Frames, touched_relationships
from projections.heads import LIVE, Head, begin_head, head_of, live_build, log_end
from projections.live import fold_versions, kind_of
from projections.parking import park, unpark
from projections.scan import StreamEvents
from projections.tables import LiveEntry, drop_live, drop_rows, put_live, put_rows
from projections.views.stored import View, ViewRow, rows_of


class Target(Protocol):
    """A set of rows with builds; kind is the stream kind that it is made of, None for all."""

    @property
    def kind(self) -> str | None:
        """The stream kind."""
        ...

    @property
    def version(self) -> int:
        """The version of the code that makes the rows."""
        ...

    def newest(self, connection: Connection, org: UUID) -> int:
        """The highest build of which there are rows, unfinished ones included."""
        ...

    def current(self, connection: Connection, org: UUID, *, lock: bool = False) -> Head:
        """The head of the build that counts."""
        ...

    def put(
        self, connection: Connection, org: UUID, build: int, streams: Sequence[StreamEvents], *, fresh: bool
    ) -> None:
        """Fold the streams and write their rows; one that cannot be folded is parked."""
        ...

    def touched(self, connection: Connection, org: UUID, came: Sequence[tuple[str, str]]) -> list[str]:
        """The streams to fold again once events of these (stream, type) pairs have come."""
        ...

    def point(self, connection: Connection, org: UUID, build: int) -> None:
        """Make readers and writers use the build (what the head row alone does not say)."""
        ...

    def drop(self, connection: Connection, org: UUID, keep: Sequence[int]) -> None:
        """Take away the rows of all other builds."""
        ...


class LiveTarget:
    """The live states that appends keep; their head's position is always the log's end."""

    kind: str | None = None

    @property
    def version(self) -> int:
        """The sum of the folds' versions: it changes when any of them does."""
        return sum(fold_versions().values())

    def newest(self, connection: Connection, org: UUID) -> int:
        """See Target."""
        query = text("SELECT max(build) FROM live_states WHERE org_id = :org")
        return int(connection.scalar(query, {"org": org}) or live_build(connection, org))

    def current(self, connection: Connection, org: UUID, *, lock: bool = False) -> Head:
        """See Target; before the first rebuild there is no head row."""
        head = head_of(connection, org, LIVE, lock=lock)
        return Head(
            view=LIVE,
            build=live_build(connection, org),
            fold=head.fold if head else self.version,
            position=log_end(connection, org),
            previous_build=head.previous_build if head else None,
            previous_position=head.previous_position if head else None,
        )

    def put(
        self, connection: Connection, org: UUID, build: int, streams: Sequence[StreamEvents], *, fresh: bool
    ) -> None:
        """See Target."""
        entries: list[LiveEntry] = []
        for one in streams:
            try:
                entries.append(_live_entry(one))
            except Exception as error:  # noqa: BLE001  # whatever a fold raises stops this stream and no other
                park(connection, org, LIVE, one, error)
        if entries:
            put_live(connection, org, build, entries, fresh=fresh)
            unpark(connection, org, LIVE, [one.stream for one in entries])

    def touched(self, connection: Connection, org: UUID, came: Sequence[tuple[str, str]]) -> list[str]:
        """See Target."""
        return sorted({stream for stream, _ in came})

    def point(self, connection: Connection, org: UUID, build: int) -> None:
        """See Target; appends read the build under the lock that is held here."""
        connection.execute(
            text("UPDATE log_heads SET live_build = :build WHERE org_id = :org"), {"org": org, "build": build}
        )

    def drop(self, connection: Connection, org: UUID, keep: Sequence[int]) -> None:
        """See Target."""
        drop_live(connection, org, keep)


class StoredTarget:
    """The rows of a stored view."""

    kind: str | None = "relationship"

    def __init__(self, view: View) -> None:
        self._view = view
        self.version = view.version

    def newest(self, connection: Connection, org: UUID) -> int:
        """See Target."""
        query = text("SELECT max(build) FROM view_rows WHERE org_id = :org AND view = :view")
        found = int(connection.scalar(query, {"org": org, "view": self._view.name}) or 0)
        return max(found, self.current(connection, org).build)

    def current(self, connection: Connection, org: UUID, *, lock: bool = False) -> Head:
        """See Target."""
        begin_head(connection, org, self._view.name, self.version)
        head = head_of(connection, org, self._view.name, lock=lock)
        assert head is not None, "the row was made above"
        return head

    def put(
        self, connection: Connection, org: UUID, build: int, streams: Sequence[StreamEvents], *, fresh: bool
    ) -> None:
        """See Target."""
        frames = Frames(connection, org)
        entries: list[tuple[str, list[ViewRow]]] = []
        for one in streams:
            try:
                entries.append((one.stream, rows_of(self._view, *frames.for_stream(one))))
            except Exception as error:  # noqa: BLE001  # as above
                park(connection, org, self._view.name, one, error)
        put_rows(connection, org, self._view.name, build, entries, fresh=fresh)
        unpark(connection, org, self._view.name, [stream for stream, _ in entries])

    def touched(self, connection: Connection, org: UUID, came: Sequence[tuple[str, str]]) -> list[str]:
        """See Target."""
        return touched_relationships(connection, org, came)

    def point(self, connection: Connection, org: UUID, build: int) -> None:
        """See Target; readers go by the head row."""

    def drop(self, connection: Connection, org: UUID, keep: Sequence[int]) -> None:
        """See Target."""
        drop_rows(connection, org, self._view.name, keep)


def _live_entry(one: StreamEvents) -> LiveEntry:
    events = one.events()
    fold = fold_of(kind_of(one.stream))
    return LiveEntry(one.stream, one.position, events[-1].recorded_at, fold, run(fold, events))
