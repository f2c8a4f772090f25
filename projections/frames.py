"""The present frame (rules and term) of a relationship's programme, for views whose rows depend on it."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import Connection, text

from events.event import AnyRecorded
from projections.fold import fold_of, run
from projections.heads import live_build, log_end
from projections.live import decode
from projections.scan import StreamEvents, some_streams
from projections.subjects.programme import ProgrammeState
from projections.views.frame import Frame, frame_of


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


def _from_events(connection: Connection, org: UUID, stream: str) -> ProgrammeState:
    found = some_streams(connection, org, [stream], log_end(connection, org))
    events = [recorded for one in found for recorded in one.events()]
    state: ProgrammeState = run(fold_of("programme"), events).state
    return state
