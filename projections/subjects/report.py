"""One audit report: of what it speaks, up to where it is true, and the hashes of its two files."""

from __future__ import annotations

from datetime import datetime

import msgspec
from msgspec.structs import replace

from events.event import Happened
from events.subjects.report import ReportProduced
from projections.fold import Card, Fold

PRODUCED = "produced"


class ReportState(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """status is produced, empty before; subject a stream; upto a position of the log; hashes in hex."""

    report_id: str = ""
    subject: str = ""
    period: str = ""
    upto: int = -1
    as_of: datetime | None = None
    html_sha256: str = ""
    json_sha256: str = ""
    status: str = ""


def evolve(state: ReportState, happened: Happened[ReportProduced]) -> ReportState:
    """The state after the report was produced; one that is produced again replaces it."""
    data = happened.data
    return replace(
        state,
        report_id=data.report_id,
        subject=data.subject,
        period=data.period,
        upto=data.upto,
        as_of=data.as_of,
        html_sha256=data.html_sha256,
        json_sha256=data.json_sha256,
        status=PRODUCED,
    )


def card(state: ReportState) -> Card:
    """The columns of its live row."""
    kind, _, id_ = state.subject.partition("-")
    return Card(scope=id_ if kind == "programme" else None, status=state.status, label=state.period)


FOLD = Fold(
    kind="report",
    version=1,
    state=ReportState,
    initial=ReportState(),
    evolve=evolve,
    card=card,
)
