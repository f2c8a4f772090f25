"""Audit reports as they go out."""

from __future__ import annotations

import msgspec

from projections.queries import Current
from projections.subjects.report import PRODUCED
from services.web.resources.shared import When


class AuditReport(msgspec.Struct, frozen=True, kw_only=True):
    """A report and the addresses of its files; one that was asked for and is not made yet has status waiting.

    subject is a stream; as_of the moment before which its facts happened; upto the position of the log that it was made
    at; position that of its own newest event; the hashes are those of the files' bytes, in hex.
    """

    id: str
    status: str
    subject: str
    period: str
    as_of: When
    upto: int | None = None
    html_sha256: str | None = None
    json_sha256: str | None = None
    position: int
    links: dict[str, str]


def report_of(current: Current, prefix: str) -> AuditReport:
    """What a reader sees of a report."""
    state = current.state
    is_made = state.status == PRODUCED
    return AuditReport(
        id=current.id,
        status=state.status,
        subject=state.subject,
        period=state.period,
        as_of=state.as_of,
        upto=state.upto if is_made else None,
        html_sha256=state.html_sha256 or None,
        json_sha256=state.json_sha256 or None,
        position=current.position,
        links=_links(f"{prefix}/reports/{current.id}", is_made=is_made),
    )


def _links(path: str, *, is_made: bool) -> dict[str, str]:
    return {"self": path, "html": f"{path}.html", "json": f"{path}.json"} if is_made else {"self": path}
