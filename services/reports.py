"""Audit reports as people ask for them: which one, on what, up to when. The workers make them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid5

import msgspec

from projections.effects import Effects
from projections.queries import Queries
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


def up_to(as_of: datetime) -> Period:
    """Everything that had happened by a moment, that moment included."""
    moment = as_of.astimezone(UTC)
    name = f"on demand {moment.strftime('%Y-%m-%dT%H:%M:%S.%fZ')}"
    return Period(name=name, until=moment + timedelta(microseconds=1))


def subject_of(queries: Queries, org: UUID, named: str) -> str:
    """The stream of a programme or relationship that is named by its stream or its id alone; raises NotFound."""
    streams = [named] if named.partition("-")[0] in SUBJECTS else [f"{kind}-{named}" for kind in SUBJECTS]
    found = queries.some(org, streams)
    if not found:
        raise NotFound("unknown_subject", "There is no programme or relationship of this id here.")
    return next(iter(found))


def request_report(
    effects: Effects, queries: Queries, org: UUID, *, subject: str, as_of: datetime | None, now: datetime
) -> str:
    """Ask for a report on a subject as of a moment (None: now); its id, under which it can be read once it is made.

    The wish is kept in the database, so that it is not lost. Raises NotFound, and Refused `in_future`.
    """
    if as_of is not None and as_of > now + _TOLERANCE:
        raise Refused("in_future", "as_of lies in the future; nothing can be said of it yet.", as_of=as_of.isoformat())
    stream = subject_of(queries, org, subject)
    period = up_to(min(as_of or now, now))
    identity = report_id(org, stream, period.name)
    wish = msgspec.json.encode(Request(subject=stream, period=period)).decode()
    effects.ask(org, f"{REQUESTS}/{identity}", now, wish)
    return identity
