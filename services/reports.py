"""Audit reports as people ask for them: which one, on what, up to when. The workers make them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid5

import msgspec

from projections.effects import Effects
from projections.queries import Current, Queries
from projections.report_files import HTML, ReportFiles
from services.errors import NotFound, Refused

REQUESTS = "report-request"
SUBJECTS = ("programme", "relationship")
_TOLERANCE = timedelta(seconds=5)


class Period(msgspec.Struct, frozen=True, kw_only=True):
    """What a report covers: facts that happened from `since` (None: the beginning) to before `until` (UTC)."""

    name: str
    since: datetime | None = None
    until: datetime


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """A report that somebody asked for: subject is a stream."""

    subject: str
    period: Period


def report_id(org: UUID, subject: str, period: str) -> str:
    """The id of the one report on a subject (a stream) for a period."""
    return str(uuid5(org, f"report/{subject}/{period}"))


def up_to(as_of: datetime, wish: str = "") -> Period:
    """Everything that had happened by a moment, that moment included; wish: what tells this report from others."""
    moment = as_of.astimezone(UTC)
    name = f"on demand {wish or moment.strftime('%Y-%m-%dT%H:%M:%S.%fZ')}"
    return Period(name=name, until=moment + timedelta(microseconds=1))


def subject_of(queries: Queries, org: UUID, named: str) -> str:
    """The stream of a programme or relationship that is named by its stream or its id alone; raises NotFound."""
    streams = [named] if named.partition("-")[0] in SUBJECTS else [f"{kind}-{named}" for kind in SUBJECTS]
    found = queries.some(org, streams)
    if not found:
        raise NotFound("unknown_subject", "There is no programme or relationship of this id here.")
    return next(iter(found))


class Reports:
    """Reports for those who read them: asked for here, made by the workers, read here."""

    def __init__(self, queries: Queries, effects: Effects, files: ReportFiles) -> None:
        self._queries = queries
        self._effects = effects
        self._files = files

    def request(self, org: UUID, *, subject: str, as_of: datetime | None, now: datetime, wish: str) -> str:
        """Ask for a report on a subject as of a moment (None: now); the id that it has, or will have.

        wish: an id of the request; the same again is the same report. The wish is kept in the database, so that it is
        not lost. Raises NotFound, and Refused `in_future`.
        """
        if as_of is not None and as_of > now + _TOLERANCE:
            at = as_of.isoformat()
            raise Refused("in_future", "as_of lies in the future; nothing can be said of it yet.", as_of=at)
        stream = subject_of(self._queries, org, subject)
        period = up_to(min(as_of or now, now), wish)
        identity = report_id(org, stream, period.name)
        if self._queries.one(org, f"report-{identity}") is None:
            note = msgspec.json.encode(Request(subject=stream, period=period)).decode()
            self._effects.ask(org, f"{REQUESTS}/{identity}", now, note)
        return identity

    def waits(self, org: UUID, identity: str) -> bool:
        """Whether a report was asked for and is not made yet."""
        return any(one.key == f"{REQUESTS}/{identity}" for one in self._effects.below(org, REQUESTS))

    def file(self, org: UUID, report: Current, form: str) -> bytes:
        """One of a report's files (html, json); raises NotFound `no_report_file` when it is not here as it was made."""
        state = report.state
        digest = state.html_sha256 if form == HTML else state.json_sha256
        content = self._files.get(org, report.id, form, digest)
        if content is None:
            sentence = "The file of this report is not here as it was made; ask for the report again."
            raise NotFound("no_report_file", sentence, sha256=digest)
        return content
