"""Writing many rows of live states and views at once, and taking a build's rows away."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, text

from events.callarguments import array_text
from projections.fold import Fold, Snapshot
from projections.live import live_row
from projections.views.stored import ViewRow, encode_body

ViewEntry = tuple[str, Sequence[ViewRow]]


@dataclass(frozen=True, slots=True)
class LiveEntry:
    """A stream's snapshot with the position and the time of the last event in it."""

    stream: str
    position: int
    changed_at: datetime
    fold: Fold[Any]
    snapshot: Snapshot[Any]


_PUT_LIVE = text(
    "INSERT INTO live_states (org_id, build, stream, version, position, fold, state, scope, status, label, members,"
    " changed_at) SELECT :org, :build, u.stream, u.version, u.position, u.fold, u.state, u.scope, u.status, u.label,"
    " u.members::text[], u.changed_at"
    " FROM unnest(CAST(:streams AS text[]), CAST(:versions AS bigint[]), CAST(:positions AS bigint[]),"
    " CAST(:folds AS int[]), CAST(:states AS bytea[]), CAST(:scopes AS text[]), CAST(:statuses AS text[]),"
    " CAST(:labels AS text[]), CAST(:members AS text[]), CAST(:changed AS timestamptz[]))"
    " AS u (stream, version, position, fold, state, scope, status, label, members, changed_at)"
    " ON CONFLICT (org_id, build, stream) DO UPDATE SET version = excluded.version, position = excluded.position,"
    " fold = excluded.fold, state = excluded.state, scope = excluded.scope, status = excluded.status,"
    " label = excluded.label, members = excluded.members, changed_at = excluded.changed_at"
)
_DROP_CLAIMS = text("DELETE FROM live_claims WHERE org_id = :org AND build = :build AND stream = ANY (:streams)")
_PUT_CLAIMS = text(
    "INSERT INTO live_claims (org_id, build, scope, stream) SELECT :org, :build, u.* FROM"
    " unnest(CAST(:scopes AS text[]), CAST(:streams AS text[])) AS u"
)
_DROP_ROWS = text(
    "DELETE FROM view_rows WHERE org_id = :org AND view = :view AND build = :build AND stream = ANY (:streams)"
)
_PUT_ROWS = text(
    "INSERT INTO view_rows (org_id, view, build, stream, ordinal, scope, person, at, body)"
    " SELECT :org, :view, :build, u.* FROM unnest(CAST(:streams AS text[]), CAST(:ordinals AS int[]),"
    " CAST(:scopes AS text[]), CAST(:persons AS text[]), CAST(:moments AS timestamptz[]),"
    " CAST(:bodies AS bytea[])) AS u"
)


def put_live(connection: Connection, org: UUID, build: int, entries: Sequence[LiveEntry], *, fresh: bool) -> None:
    """Write live rows and claims of a build; fresh says that the build has none of these streams yet."""
    values: dict[str, Any] = {"org": org, "build": build, "streams": [one.stream for one in entries]}
    if not fresh:
        connection.execute(_DROP_CLAIMS, values)
    rows = [live_row(one.fold, one.snapshot) for one in entries]
    columns = {
        "versions": [one.snapshot.version for one in entries],
        "positions": [one.position for one in entries],
        "folds": [row.fold for row in rows],
        "states": [row.state for row in rows],
        "scopes": [row.scope for row in rows],
        "statuses": [row.status for row in rows],
        "labels": [row.label for row in rows],
        "members": [array_text(row.members) for row in rows],
        "changed": [one.changed_at for one in entries],
    }
    connection.execute(_PUT_LIVE, values | columns)
    claims = [(scope, one.stream) for one in entries for scope in sorted(one.fold.claims(one.snapshot.state))]
    if claims:
        taken = {"scopes": [scope for scope, _ in claims], "streams": [stream for _, stream in claims]}
        connection.execute(_PUT_CLAIMS, values | taken)


def put_rows(
    connection: Connection, org: UUID, view: str, build: int, entries: Sequence[ViewEntry], *, fresh: bool
) -> None:
    """Replace a view's rows of the streams; fresh says that the build has none of them yet."""
    values: dict[str, Any] = {"org": org, "view": view, "build": build}
    if not fresh:
        connection.execute(_DROP_ROWS, values | {"streams": [stream for stream, _ in entries]})
    flat = [(stream, ordinal, row) for stream, rows in entries for ordinal, row in enumerate(rows)]
    if flat:
        columns = {
            "streams": [stream for stream, _, _ in flat],
            "ordinals": [ordinal for _, ordinal, _ in flat],
            "scopes": [row.scope for *_, row in flat],
            "persons": [row.person for *_, row in flat],
            "moments": [row.at for *_, row in flat],
            "bodies": [encode_body(row.body) for *_, row in flat],
        }
        connection.execute(_PUT_ROWS, values | columns)


def drop_live(connection: Connection, org: UUID, keep: Sequence[int]) -> None:
    """Take away live rows and claims of every build but these."""
    values = {"org": org, "keep": list(keep)}
    connection.execute(text("DELETE FROM live_states WHERE org_id = :org AND build <> ALL (:keep)"), values)
    connection.execute(text("DELETE FROM live_claims WHERE org_id = :org AND build <> ALL (:keep)"), values)


def drop_rows(connection: Connection, org: UUID, view: str, keep: Sequence[int]) -> None:
    """Take away a view's rows of every build but these."""
    query = text("DELETE FROM view_rows WHERE org_id = :org AND view = :view AND build <> ALL (:keep)")
    connection.execute(query, {"org": org, "view": view, "keep": list(keep)})
