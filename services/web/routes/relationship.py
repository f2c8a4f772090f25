"""The life of a relationship: proposed, accepted, declined, withdrawn, reinstated, revised, and read at any moment."""

from __future__ import annotations

from services.decisions.relationship import (
    AcceptRelationship,
    DeclineRelationship,
    ProposeRelationship,
    ReinstateRelationship,
    ReviseRelationship,
    WithdrawRelationship,
)
from services.web.answers import One, Written
from services.web.call import Call
from services.web.pages import Page
from services.web.reading import live_relationship, replayed_relationship
from services.web.resources.relationship import Relationship, RelationshipSummary, summary_of
from services.web.schemas.relationship import (
    AcceptBody,
    DeclineBody,
    ProposeRelationshipBody,
    RelationshipsQuery,
    ReviseRelationshipBody,
    WithdrawBody,
)
from services.web.schemas.shared import Reasoned, Replay
from services.web.subject import Body, Query, Subject
from services.web.within import RELATIONSHIP, written

ROUTES = Subject("relationships", "Mentors and mentees who work together, from the proposal to the end.")


@ROUTES.list("/relationships", RelationshipSummary, RelationshipsQuery())
def list_relationships(call: Call, query: Query) -> Page:
    """List relationships of a programme, of a person, or all."""
    filters = {"scope": query.get("programme"), "member": query.get("person")}
    return call.many(
        "relationship", query, summary_of, status=query.get("status"), search=query.get("search"), **filters
    )


@ROUTES.write("/relationships", ProposeRelationshipBody(), creates=True)
def propose_relationship(call: Call, body: Body) -> Written:
    """Propose to work together; everybody named must be enrolled in the programme."""
    relationship_id = call.new_id()
    command = ProposeRelationship(org=call.org, relationship_id=relationship_id, **body)
    return written(call, relationship_id, command)


@ROUTES.read(RELATIONSHIP, Relationship, Replay())
def get_relationship(call: Call, query: Query, relationship_id: str) -> One:
    """Read a relationship as it stands, or as it stood within the bounds that are given."""
    if query:
        return replayed_relationship(call, relationship_id, query)
    return live_relationship(call, relationship_id)


@ROUTES.write(f"{RELATIONSHIP}/accept", AcceptBody())
def accept_relationship(call: Call, body: Body, relationship_id: str) -> Written:
    """Accept the proposal, for one person or for all; it runs once everybody has accepted."""
    return written(call, relationship_id, AcceptRelationship(relationship_id=relationship_id, **body))


@ROUTES.write(f"{RELATIONSHIP}/decline", DeclineBody())
def decline_relationship(call: Call, body: Body, relationship_id: str) -> Written:
    """Decline the proposal."""
    return written(call, relationship_id, DeclineRelationship(relationship_id=relationship_id, **body))


@ROUTES.write(f"{RELATIONSHIP}/withdraw", WithdrawBody())
def withdraw_relationship(call: Call, body: Body, relationship_id: str) -> Written:
    """Take the proposal or the running relationship back, without fault."""
    return written(call, relationship_id, WithdrawRelationship(relationship_id=relationship_id, **body))


@ROUTES.write(f"{RELATIONSHIP}/reinstate", Reasoned())
def reinstate_relationship(call: Call, body: Body, relationship_id: str) -> Written:
    """Take a withdrawal back."""
    return written(call, relationship_id, ReinstateRelationship(relationship_id=relationship_id, **body))


@ROUTES.write(f"{RELATIONSHIP}/revise", ReviseRelationshipBody())
def revise_relationship(call: Call, body: Body, relationship_id: str) -> Written:
    """Change what the relationship is about."""
    return written(call, relationship_id, ReviseRelationship(relationship_id=relationship_id, **body))
