"""How the logs of all organisations stand, in sums: figures for whoever watches the installation, no names."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Engine, text

from events.tenancy import across_tenants


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """audited: organisations whose log was audited in the night asked for; findings: of those audits.

    halted: logs that take nothing; records: of all logs; unsigned: those that no checkpoint covers yet.
    """

    organisations: int
    audited: int
    findings: int
    halted: int
    records: int
    unsigned: int


def standing(engine: Engine, audit: str) -> Standing:
    """The sums; audit: the effect of a night's audit."""
    query = text("SELECT organisations, audited, findings, halted, records, unsigned FROM standing(:audit)")
    with across_tenants(engine) as connection:
        row = connection.execute(query, {"audit": audit}).one()
    return Standing(
        organisations=row[0], audited=row[1], findings=row[2], halted=row[3], records=row[4], unsigned=row[5]
    )
