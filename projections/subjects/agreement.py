"""What both sides settle before the work begins: who finds that the partner fits, and the terms."""

from __future__ import annotations

from datetime import datetime

import msgspec

from events.subjects.agreement import AgreementMade, FitAssessed

AgreementEvent = FitAssessed | AgreementMade

SIDES = ("mentor", "mentee")


class Fit(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What one person of a side (mentor, mentee) said last: does the partner fit."""

    side: str
    fits: bool
    at: datetime


class Agreement(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The terms that hold; cadence_days are the days between sessions."""

    cadence_days: int
    channel: str = ""
    confidentiality: str = ""
    working_style: str = ""
    at: datetime


def assessed(fit: dict[str, Fit], data: FitAssessed, at: datetime) -> dict[str, Fit]:
    """What each person says of the fit (by person id) after one more assessment."""
    before = fit.get(data.person)
    if before is not None and at < before.at:
        return fit
    return {**fit, data.person: Fit(side=data.side, fits=data.fits, at=at)}


def agreed(before: Agreement | None, data: AgreementMade, at: datetime) -> Agreement:
    """The terms after one more agreement."""
    if before is not None and at < before.at:
        return before
    return Agreement(
        cadence_days=data.cadence_days,
        channel=data.channel,
        confidentiality=data.confidentiality,
        working_style=data.working_style,
        at=at,
    )
