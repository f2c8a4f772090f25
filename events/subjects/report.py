"""An audit report was made: `report-<uuid>`, the id made of subject and period, so that one period has one report."""

from __future__ import annotations

from datetime import datetime

from events.event import Event


class ReportProduced(Event):
    """A report on a programme or a relationship (subject = that stream), true up to the log's position `upto`."""

    TYPE = "report.produced"
    report_id: str
    subject: str
    period: str
    upto: int
    as_of: datetime
    html_sha256: str
    json_sha256: str
