"""Where the log and each view stand: rows that are locked while a view moves on or a build is switched."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Connection, text

LIVE = "live"


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """A view of one organisation: the build that counts, the version of its code, the last position it has taken in.

    previous_build and previous_position are what a rollback returns to.
    """

    view: str
    build: int
    fold: int
    position: int
    previous_build: int | None = None
    previous_position: int | None = None


_COLUMNS = "view, build, fold, position, previous_build, previous_position"


def log_end(connection: Connection, org: UUID, *, lock: bool = False) -> int:
    """The position of the log's last event, -1 for an empty log; lock holds up appends until the transaction ends."""
    query = "SELECT size FROM log_heads WHERE org_id = :org" + (" FOR UPDATE" if lock else "")
    return int(connection.scalar(text(query), {"org": org}) or 0) - 1


def live_build(connection: Connection, org: UUID) -> int:
    """The build of the live rows that appends write and commands read."""
    return int(connection.scalar(text("SELECT live_build FROM log_heads WHERE org_id = :org"), {"org": org}) or 1)


def head_of(connection: Connection, org: UUID, view: str, *, lock: bool = False) -> Head | None:
    """The head of a view, None when it has never run; lock keeps others from moving it."""
    query = f"SELECT {_COLUMNS} FROM view_heads WHERE org_id = :org AND view = :view" + (" FOR UPDATE" if lock else "")
    row = connection.execute(text(query), {"org": org, "view": view}).one_or_none()
    if row is None:
        return None
    return Head(
        view=row[0],
        build=row[1],
        fold=row[2],
        position=row[3],
        previous_build=row[4],
        previous_position=row[5],
    )


def begin_head(connection: Connection, org: UUID, view: str, fold: int) -> None:
    """Make the row of a view that has never run here; one that exists stays as it is."""
    connection.execute(
        text(
            "INSERT INTO view_heads (org_id, view, build, fold, position, updated_at) "
            "VALUES (:org, :view, 1, :fold, -1, now()) ON CONFLICT DO NOTHING"
        ),
        {"org": org, "view": view, "fold": fold},
    )


def put_head(connection: Connection, org: UUID, head: Head) -> None:
    """Store a head."""
    connection.execute(
        text(
            f"INSERT INTO view_heads (org_id, {_COLUMNS}, updated_at) "
            "VALUES (:org, :view, :build, :fold, :position, :previous_build, :previous_position, now()) "
            "ON CONFLICT (org_id, view) DO UPDATE SET build = excluded.build, fold = excluded.fold, "
            "position = excluded.position, previous_build = excluded.previous_build, "
            "previous_position = excluded.previous_position, updated_at = now()"
        ),
        {
            "org": org,
            "view": head.view,
            "build": head.build,
            "fold": head.fold,
            "position": head.position,
            "previous_build": head.previous_build,
            "previous_position": head.previous_position,
        },
    )
