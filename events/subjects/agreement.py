"""Fit and agreement: what both sides find and settle before the work begins. In the relationship's stream."""

from __future__ import annotations

from events.event import Event


class FitAssessed(Event):
    """One person says whether the partner fits; side is mentor or mentee."""

    TYPE = "relationship.fit_assessed"
    person: str
    side: str
    fits: bool
    note: str = ""


class AgreementMade(Event):
    """The terms both sides work under: days between sessions, channel, what stays confidential."""

    TYPE = "relationship.agreement_made"
    cadence_days: int
    channel: str = ""
    confidentiality: str = ""
    working_style: str = ""
