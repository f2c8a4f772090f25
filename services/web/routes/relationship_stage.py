"""The stages of a relationship and its end."""

from __future__ import annotations

from services.decisions.relationship_stage import ChangeStage, CloseRelationship, ProposeSeparation
from services.web.answers import Written
from services.web.call import Call
from services.web.schemas.relationship import ChangeStageBody, CloseBody, ProposeSeparationBody
from services.web.subject import Body, Subject
from services.web.within import RELATIONSHIP, written

ROUTES = Subject("stages", "Initiation, cultivation, separation, and the end.")


@ROUTES.write(f"{RELATIONSHIP}/stage", ChangeStageBody())
def change_stage(call: Call, body: Body, relationship_id: str) -> Written:
    """Go on to the next stage, when what the programme asks for is there."""
    programme_id = call.one("relationship", relationship_id).state.programme_id
    command = ChangeStage(relationship_id=relationship_id, programme_id=programme_id, **body)
    return written(call, relationship_id, command)


@ROUTES.write(f"{RELATIONSHIP}/separation", ProposeSeparationBody())
def propose_separation(call: Call, body: Body, relationship_id: str) -> Written:
    """Propose to part; the other side agrees by going on to separation."""
    return written(call, relationship_id, ProposeSeparation(relationship_id=relationship_id, **body))


@ROUTES.write(f"{RELATIONSHIP}/close", CloseBody())
def close_relationship(call: Call, body: Body, relationship_id: str) -> Written:
    """End the relationship with an outcome."""
    return written(call, relationship_id, CloseRelationship(relationship_id=relationship_id, **body))
