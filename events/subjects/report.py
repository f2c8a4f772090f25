"""Audit reports: `report-<uuid>`. Of a planned one the id is made of subject and period: one period has one report."""

from __future__ import annotations

from datetime import datetime

from events.event import Event


class ReportRequested(Event):
    """Somebody wants a report on a programme or relationship (subject = that stream), as it was just before `until`."""

    TYPE = "report.requested"
    report_id: str
    subject: str
    period: str
    until: datetime


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
