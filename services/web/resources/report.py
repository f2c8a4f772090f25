"""Audit reports as they go out."""

from __future__ import annotations

import msgspec

from projections.queries import Current
from services.web.resources.shared import When

PRODUCED, WAITING = "produced", "waiting"


class AuditReport(msgspec.Struct, frozen=True, kw_only=True):
    """A report and the addresses of its files; one that was asked for and is not made yet has status waiting.

    subject is a stream; as_of the moment before which its facts happened; upto the position of the log that it was made
    at; the hashes are those of the files' bytes, in hex.
    """

    id: str
    status: str
    subject: str | None = None
    period: str | None = None
    as_of: When | None = None
    upto: int | None = None
    html_sha256: str | None = None
    json_sha256: str | None = None
    position: int | None = None
    links: dict[str, str]


def links_of(prefix: str, report_id: str) -> dict[str, str]:
    """Where a report and its two forms are."""
    path = f"{prefix}/reports/{report_id}"
    return {"self": path, "html": f"{path}.html", "json": f"{path}.json"}


def report_of(current: Current, prefix: str) -> AuditReport:
    """What a reader sees of a report."""
    state = current.state
    return AuditReport(
        id=current.id,
        status=PRODUCED,
        subject=state.subject,
        period=state.period,
        as_of=state.as_of,
        upto=state.upto,
        html_sha256=state.html_sha256,
        json_sha256=state.json_sha256,
        position=current.position,
        links=links_of(prefix, current.id),
    )


def waiting_of(report_id: str, prefix: str) -> AuditReport:
    """What a reader sees of one that is not made yet."""
    return AuditReport(id=report_id, status=WAITING, links={"self": f"{prefix}/reports/{report_id}"})
