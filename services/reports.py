"""Audit reports: on what, for which period, under which id; and their files. The workers make them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid5

import msgspec

from projections.queries import Current, Queries
from projections.report_files import HTML, ReportFiles
from projections.subjects.report import WAITING
from services.errors import NotFound

SUBJECTS = ("programme", "relationship")


class Period(msgspec.Struct, frozen=True, kw_only=True):
    """What a report covers: facts that happened from `since` (None: the beginning) to before `until` (UTC)."""

    name: str
    since: datetime | None = None
    until: datetime


def report_id(org: UUID, subject: str, period: str) -> str:
    """The id of the one report on a subject (a stream) for a period."""
    return str(uuid5(org, f"report/{subject}/{period}"))


def up_to(as_of: datetime) -> Period:
    """Everything that had happened by a moment, that moment included."""
    moment = as_of.astimezone(UTC)
    name = f"on demand {moment.strftime('%Y-%m-%dT%H:%M:%S.%fZ')}"
    return Period(name=name, until=moment + timedelta(microseconds=1))


def streams_named(named: str) -> tuple[str, ...]:
    """The streams that may be meant by the stream's name or the id alone."""
    return (named,) if named.partition("-")[0] in SUBJECTS else tuple(f"{kind}-{named}" for kind in SUBJECTS)


def subject_of(queries: Queries, org: UUID, named: str) -> str:
    """The stream of a programme or relationship that is named by its stream or its id alone; raises NotFound."""
    found = queries.some(org, streams_named(named))
    if not found:
        raise NotFound("unknown_subject", "There is no programme or relationship of this id here.")
    return next(iter(found))


class Reports:
    """The files of reports for those who read them."""

    def __init__(self, files: ReportFiles) -> None:
        self._files = files

    def file(self, org: UUID, report: Current, form: str) -> bytes:
        """One of a report's files (html, json).

        Raises NotFound: `report_waits` while it is not made, `no_report_file` when it is not here as it was made.
        """
        state = report.state
        if state.status == WAITING:
            raise NotFound("report_waits", "This report is not made yet; read it again in a moment.")
        digest = state.html_sha256 if form == HTML else state.json_sha256
        content = self._files.get(org, report.id, form, digest)
        if content is None:
            sentence = "The file of this report is not here as it was made; ask for the report again."
            raise NotFound("no_report_file", sentence, sha256=digest)
        return content
