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
    """One organisation's work: views behind the log, reminders due, reports to make, the log to be signed."""

    org: UUID
    views: bool
    reminders: bool
    reports: bool
    checkpoints: bool


def work_waiting(
    engine: Engine, now: datetime, planned: str, views: Sequence[View] = STORED, *, signed: bool = False
) -> list[Waiting]:
    """Every organisation with work.

    planned: the effect that says that the periods' reports are made; signed: there is a signer for checkpoints.
    """
    query = text("SELECT org, behind, due, reports, checkpoints FROM work_waiting(:views, :planned, :now, :signed)")
    values = {"views": [view.name for view in views], "planned": planned, "now": now, "signed": signed}
    with across_tenants(engine) as connection:
        rows = connection.execute(query, values).all()
    return [Waiting(org=row[0], views=row[1], reminders=row[2], reports=row[3], checkpoints=row[4]) for row in rows]
