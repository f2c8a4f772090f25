"""Audit reports on demand: who wants one says of what, and as of when; the workers make it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import ClassVar

from events.event import Event
from events.subjects.report import ReportRequested
from projections.fold import fold_of
from projections.subjects.report import ReportState
from services.errors import NotFound, Refused
from services.reports import streams_named, up_to
from services.world import Command, World

_TOLERANCE = timedelta(seconds=5)


class RequestReport(Command, frozen=True, kw_only=True):
    """Ask for a report under a new id; subject: a programme's or relationship's id or stream; as_of None: now."""

    KIND: ClassVar[str] = "report"
    report_id: str
    subject: str
    as_of: datetime | None = None

    @property
    def target(self) -> str:
        """The report's id."""
        return self.report_id

    def reads(self) -> tuple[str, ...]:
        """Whichever of the two kinds it is."""
        return streams_named(self.subject)


def decide(command: RequestReport, state: ReportState, world: World) -> list[Event]:
    """The event of the wish."""
    if command.as_of is not None and command.as_of > world.now + _TOLERANCE:
        at = command.as_of.astimezone(UTC).isoformat()
        raise Refused("in_future", "as_of lies in the future; nothing can be said of it yet.", as_of=at)
    subjects = [stream for stream in command.reads() if _exists(world, stream)]
    if not subjects:
        raise NotFound("unknown_subject", "There is no programme or relationship of this id here.")
    if state.status:
        raise Refused("report_exists", "This report id is taken; ask under a new one.")
    period = up_to(min(command.as_of or world.now, world.now))
    return [ReportRequested(report_id=command.report_id, subject=subjects[0], period=period.name, until=period.until)]


def _exists(world: World, stream: str) -> bool:
    kind, _, id_ = stream.partition("-")
    return fold_of(kind).card(world.state(kind, id_)).status != ""
