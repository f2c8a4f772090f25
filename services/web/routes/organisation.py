"""What an organisation settles for itself: who gets its checkpoints by mail."""

from __future__ import annotations

from services.decisions.organisation import SetAnchorMail
from services.web.answers import One, Written
from services.web.call import Call
from services.web.resources.organisation import AnchorMail
from services.web.schemas.organisation import SetAnchorMailBody
from services.web.subject import Body, Subject

ROUTES = Subject("organisation", "What the organisation settles for itself.")
_ANCHOR_MAIL = "/log/anchor-mail"


@ROUTES.read(_ANCHOR_MAIL, AnchorMail)
def get_anchor_mail(call: Call) -> One:
    """Read the addresses that get the log's signed checkpoints by mail."""
    current = call.one("organisation", str(call.org))
    return One(body=AnchorMail(addresses=current.state.anchor_mail, version=current.version), version=current.version)


@ROUTES.write(_ANCHOR_MAIL, SetAnchorMailBody(), method="PUT", scope="admin")
def set_anchor_mail(call: Call, body: Body) -> Written:
    """Name all the addresses that get the log's signed checkpoints by mail, once an hour while there is news."""
    answer = call.handle(SetAnchorMail(organisation_id=str(call.org), **body))
    return Written(answer=answer, id=str(call.org), path=_ANCHOR_MAIL)
