"""Headlines of fit and agreement."""

from __future__ import annotations

from typing import assert_never

from events.subjects.agreement import AgreementMade, FitAssessed
from projections.wording.glossary import Glossary, count


def headline(data: FitAssessed | AgreementMade, glossary: Glossary) -> str:
    """One sentence for one event."""
    match data:
        case FitAssessed():
            finding = "a good fit" if data.fits else "no good fit"
            return f"{glossary.person(data.person)} ({data.side}) sees {finding}"
        case AgreementMade():
            return f"Terms agreed: a session every {count(data.cadence_days, 'day')}"
        case _:
            assert_never(data)
