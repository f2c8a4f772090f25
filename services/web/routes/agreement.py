"""Fit and agreement of a relationship."""

from __future__ import annotations

from services.decisions.agreement import AssessFit, MakeAgreement
from services.web.answers import Written
from services.web.call import Call
from services.web.schemas.agreement import AssessFitBody, MakeAgreementBody
from services.web.subject import Body, Subject
from services.web.within import RELATIONSHIP, written

ROUTES = Subject("agreement", "What both sides find and settle before the work begins, or anew.")


@ROUTES.write(f"{RELATIONSHIP}/fit", AssessFitBody())
def assess_fit(call: Call, body: Body, relationship_id: str) -> Written:
    """Say whether the partner fits."""
    return written(call, relationship_id, AssessFit(relationship_id=relationship_id, **body))


@ROUTES.write(f"{RELATIONSHIP}/agreement", MakeAgreementBody())
def make_agreement(call: Call, body: Body, relationship_id: str) -> Written:
    """Settle the terms of the work."""
    return written(call, relationship_id, MakeAgreement(relationship_id=relationship_id, **body))
