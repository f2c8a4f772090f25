"""One audit report: of what it speaks, up to where it is true, and the hashes of its two files."""

from __future__ import annotations

from datetime import datetime
from typing import assert_never

import msgspec
from msgspec.structs import replace

from events.event import Happened
from events.subjects.report import ReportProduced, ReportRequested
from projections.fold import Card, Fold

WAITING, PRODUCED = "waiting", "produced"
AWAITED = "awaited-reports"
"""The scope of those that were asked for and are not made yet."""


class ReportState(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """status is waiting or produced; subject a stream; upto a position of the log, -1 while it waits; hashes in hex."""

    report_id: str = ""
    subject: str = ""
    period: str = ""
    upto: int = -1
    as_of: datetime | None = None
    html_sha256: str = ""
    json_sha256: str = ""
    status: str = ""


def evolve(state: ReportState, happened: Happened[ReportRequested | ReportProduced]) -> ReportState:
    """The state after a report was asked for or produced; one that is produced again replaces it."""
    data = happened.data
    about = replace(state, report_id=data.report_id, subject=data.subject, period=data.period)
    match data:
        case ReportRequested():
            return replace(about, as_of=data.until, status=state.status or WAITING)
        case ReportProduced():
            return replace(
                about,
                upto=data.upto,
                as_of=data.as_of,
                html_sha256=data.html_sha256,
                json_sha256=data.json_sha256,
                status=PRODUCED,
            )
        case _:
            assert_never(data)


def card(state: ReportState) -> Card:
    """The columns of its live row."""
    kind, _, id_ = state.subject.partition("-")
    scope = id_ if kind == "programme" else None
    return Card(scope=AWAITED if state.status == WAITING else scope, status=state.status, label=state.period)


FOLD = Fold(
    kind="report",
    version=2,
    state=ReportState,
    initial=ReportState(),
    evolve=evolve,
    card=card,
)
