"""The present frame (rules and term) of a relationship's programme, for views whose rows depend on it."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Connection, text

from events.event import AnyRecorded
from events.subjects.batch import Undone
from events.subjects.programme import PolicyRevised, ProgrammeCreated, ProgrammeRenamed
from projections.fold import each, fold_of, run
from projections.heads import live_build, log_end
from projections.live import decode
from projections.scan import StreamEvents, some_streams
from projections.subjects.programme import ProgrammeState
from projections.views.frame import Frame, frame_of

FRAME_CHANGES = (ProgrammeCreated.TYPE, ProgrammeRenamed.TYPE, PolicyRevised.TYPE, Undone.TYPE)


class Frames:
    """The frames of programmes, read when the first relationship of one is met."""

    def __init__(self, connection: Connection, org: UUID) -> None:
        self._connection = connection
        self._org = org
        self._known: dict[str, Frame] = {}

    def for_stream(self, found: StreamEvents) -> tuple[list[AnyRecorded], Frame]:
        """A relationship's events and the frame of the programme it is in now."""
        events = found.events()
        programme: str = run(fold_of("relationship"), events).state.programme_id
        return events, self.of(programme)

    def of(self, programme: str) -> Frame:
        """The frame of a programme; the general one when there is no such programme."""
        if programme not in self._known:
            self._known[programme] = frame_of(self._read(programme))
        return self._known[programme]

    def _read(self, programme: str) -> ProgrammeState:
        query = text("SELECT state, fold FROM live_states WHERE org_id = :org AND build = :build AND stream = :stream")
        stream = f"programme-{programme}"
        values = {"org": self._org, "build": live_build(self._connection, self._org), "stream": stream}
        row = self._connection.execute(query, values).one_or_none()
        if row is None:
            return ProgrammeState()
        if row[1] != fold_of("programme").version:
            return _from_events(self._connection, self._org, stream)
        state: ProgrammeState = decode("programme", row[0]).state
        return state


def frame_history(connection: Connection, org: UUID, programme: str) -> list[tuple[int, Frame]]:
    """Every frame that a programme has had, with the position from which on; the first one is that of no programme."""
    fold = fold_of("programme")
    events = _events(connection, org, f"programme-{programme}")
    after = zip(events, each(fold, events), strict=True)
    return [
        (-1, frame_of(fold.initial)),
        *((recorded.position, frame_of(snapshot.state)) for recorded, snapshot in after),
    ]


def touched_relationships(connection: Connection, org: UUID, touched: Sequence[tuple[str, str]]) -> list[str]:
    """The relationships to fold again: those touched, and all of a programme whose rules or term changed.

    touched: the (stream, type) pairs of what came.
    """
    streams = {stream: None for stream, _ in touched if stream.startswith("relationship-")}
    changed = [stream for stream, type_ in touched if type_ in FRAME_CHANGES and stream.startswith("programme-")]
    revised = [stream.partition("-")[2] for stream in changed]
    if revised:
        query = text(
            "SELECT stream FROM live_states WHERE org_id = :org AND build = :build AND scope = ANY (:programmes) "
            "AND stream >= 'relationship-' AND stream < 'relationship.'"
        )
        values = {"org": org, "build": live_build(connection, org), "programmes": revised}
        streams.update(dict.fromkeys(connection.scalars(query, values)))
    return list(streams)


def _from_events(connection: Connection, org: UUID, stream: str) -> ProgrammeState:
    state: ProgrammeState = run(fold_of("programme"), _events(connection, org, stream)).state
    return state


def _events(connection: Connection, org: UUID, stream: str) -> list[AnyRecorded]:
    found = some_streams(connection, org, [stream], log_end(connection, org))
    return [recorded for one in found for recorded in one.events()]
