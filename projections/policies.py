"""The present policy of a relationship's programme, for views whose rows depend on it."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import Connection, text

from events.event import AnyRecorded
from events.subjects.programme import Policy
from projections.fold import fold_of, run
from projections.heads import live_build, log_end
from projections.live import decode
from projections.scan import StreamEvents, some_streams


class Policies:
    """The present policies of programmes, read when the first relationship of one is met."""

    def __init__(self, connection: Connection, org: UUID) -> None:
        self._connection = connection
        self._org = org
        self._known: dict[str, Policy] = {}

    def for_stream(self, found: StreamEvents) -> tuple[list[AnyRecorded], Policy]:
        """A relationship's events and the policy of the programme it is in now."""
        events = found.events()
        programme: str = run(fold_of("relationship"), events).state.programme_id
        return events, self.of(programme)

    def of(self, programme: str) -> Policy:
        """The policy of a programme; the general one when there is no such programme."""
        if programme not in self._known:
            self._known[programme] = self._read(programme)
        return self._known[programme]

    def _read(self, programme: str) -> Policy:
        query = text(
            "SELECT state, fold FROM live_states WHERE org_id = :org AND build = :build AND stream = :stream"
        )
        stream = f"programme-{programme}"
        values = {"org": self._org, "build": live_build(self._connection, self._org), "stream": stream}
        row = self._connection.execute(query, values).one_or_none()
        if row is None:
            return Policy()
        if row[1] != fold_of("programme").version:
            return _policy_from_events(self._connection, self._org, stream)
        policy: Policy = decode("programme", row[0]).state.policy
        return policy


def _policy_from_events(connection: Connection, org: UUID, stream: str) -> Policy:
    events = [
        one
        for found in some_streams(connection, org, [stream], log_end(connection, org))
        for one in found.events()
    ]
    policy: Policy = run(fold_of("programme"), events).state.policy
    return policy
