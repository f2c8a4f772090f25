"""Make one report: built from the log, its files kept, and recorded as an event; one per subject and period."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from uuid import UUID

from events.errors import VersionConflict
from events.subjects.report import ReportProduced
from projections.evidence import leaf_hashes
from projections.report_files import HTML, JSON, ReportFiles
from projections.subjects.report import PRODUCED
from services.pipeline import Fact
from services.reports import Period, report_id
from workers.context import Context
from workers.reports.build import build, positions_needed
from workers.reports.material import gather
from workers.reports.render import as_html, as_json
from workers.reports.shape import Report

ACTOR = "system:reports"


def report_on(context: Context, org: UUID, subject: str, period: Period) -> Report:
    """The report as the log gives it now; nothing is stored."""
    material = gather(context, org, subject)
    return build(material, period, leaf_hashes(context.engine, org, positions_needed(material)))


def produce(
    context: Context,
    org: UUID,
    subject: str,
    period: Period,
    now: datetime,
    *,
    identity: str | None = None,
    actor: str = ACTOR,
) -> str:
    """Make the report of a subject and period if it is not made, and answer its id (None: the one of both).

    The files come first, by their content; of several workers at it, the one whose event is taken has made the report.
    """
    identity = identity or report_id(org, subject, period.name)
    stream = f"report-{identity}"
    known = context.queries.one(org, stream)
    if known is not None and known.state.status == PRODUCED:
        return identity
    report = report_on(context, org, subject, period)
    hashes = ReportFiles(context.engine).put(org, identity, {HTML: as_html(report), JSON: as_json(report)})
    data = ReportProduced(
        report_id=identity,
        subject=subject,
        period=period.name,
        upto=report.upto,
        as_of=period.until,
        html_sha256=hashes[HTML],
        json_sha256=hashes[JSON],
    )
    with suppress(VersionConflict):  # another worker was first: its report counts
        context.pipeline.record(
            org,
            [Fact(stream=stream, data=data, occurred_at=now)],
            actor=actor,
            cause=f"report:{period.name}",
            expected={stream: 0 if known is None else known.version},
        )
    return identity
