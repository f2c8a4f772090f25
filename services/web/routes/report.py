"""Audit reports: listed, asked for, read as a page or as JSON."""

from __future__ import annotations

from functools import partial

import msgspec

from projections.queries import Current
from projections.report_files import HTML, JSON
from projections.subjects.report import WAITING
from services.decisions.report import RequestReport
from services.web.answers import PREFIX, File, One
from services.web.call import Call
from services.web.pages import Page, PageQuery
from services.web.resources.report import AuditReport, report_of
from services.web.schemas.report import RequestReportBody
from services.web.subject import Body, Query, Subject

ROUTES = Subject("reports", "Audit reports: figures of a programme or relationship, each with the events behind it.")
_ONE = "/reports/<uuid:report_id>"


@ROUTES.list("/reports", AuditReport, PageQuery())
def list_reports(call: Call, query: Query) -> Page:
    """List the reports, those that are not made yet too."""
    return call.many("report", query, partial(report_of, prefix=PREFIX))


@ROUTES.write("/reports", RequestReportBody(), shape=AuditReport, accepts=True)
def request_report(call: Call, body: Body) -> One:
    """Ask for a report; it is made soon, and read at the address in `links`."""
    identity = call.new_id("report")
    call.handle(RequestReport(report_id=identity, subject=body["subject"], as_of=body.get("as_of")))
    current = call.one("report", identity)
    return msgspec.structs.replace(_shown(current), waits=current.state.status == WAITING)


@ROUTES.read(_ONE, AuditReport)
def get_report(call: Call, report_id: str) -> One:
    """Read of what a report speaks, and where its files are."""
    return _shown(call.one("report", report_id))


@ROUTES.file(f"{_ONE}.html", "text/html")
def get_report_page(call: Call, report_id: str) -> File:
    """Read a report as a page."""
    content = call.services.reports.file(call.org, call.one("report", report_id), HTML)
    return File(content=content, media_type="text/html", name=f"report-{report_id}.html")


@ROUTES.file(f"{_ONE}.json", "application/json")
def get_report_figures(call: Call, report_id: str) -> File:
    """Read a report as JSON."""
    content = call.services.reports.file(call.org, call.one("report", report_id), JSON)
    return File(content=content, media_type="application/json", name=f"report-{report_id}.json")


def _shown(current: Current) -> One:
    return One(body=report_of(current, PREFIX), version=current.version)
