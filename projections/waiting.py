"""Which organisations have work that no nudge has started: one query, however many there are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Engine, text

from events.tenancy import across_tenants
from projections.views.stored import STORED, View


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """One organisation's work: views to bring up to date, reminders and reports to make, the log to sign or audit."""

    org: UUID
    views: bool
    reminders: bool
    reports: bool
    checkpoints: bool
    audit: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Night:
    """A nightly audit: its effect, and since when it is due (UTC)."""

    effect: str
    begins: datetime


def work_waiting(
    engine: Engine,
    now: datetime,
    planned: str,
    views: Sequence[View] = STORED,
    *,
    signed: bool = False,
    night: Night | None = None,
) -> list[Waiting]:
    """Every organisation with work.

    planned: the effect that says that the periods' reports are made; signed: there is a signer for checkpoints; night:
    the audit that is to be done, of organisations that were there when it began.
    """
    query = text(
        "SELECT org, behind, due, reports, checkpoints, audit "
        "FROM work_waiting(:views, :planned, :now, :signed, :audit, CAST(:night AS timestamptz))"
    )
    values: dict[str, object] = {"views": [view.name for view in views], "planned": planned, "now": now}
    values |= {"signed": signed, "audit": night and night.effect, "night": night and night.begins}
    with across_tenants(engine) as connection:
        rows = connection.execute(query, values).all()
    return [
        Waiting(org=row[0], views=row[1], reminders=row[2], reports=row[3], checkpoints=row[4], audit=row[5] or False)
        for row in rows
    ]
