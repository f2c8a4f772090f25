"""Commitments that sessions of a relationship made."""

from __future__ import annotations

from services.decisions.commitment import KeepCommitment, ReleaseCommitment
from services.web.answers import One, Written
from services.web.call import Call
from services.web.pages import Page
from services.web.resources.part import CommitmentOfPair, commitment_of
from services.web.schemas.session import KeepCommitmentBody, ReleaseCommitmentBody
from services.web.subject import Body, Query, Subject
from services.web.within import RELATIONSHIP, part, parts_page, written_part

ROUTES = Subject("commitments", "What a session's way forward asks of somebody by a day.")
_ONE = f"{RELATIONSHIP}/commitments/<uuid:commitment_id>"


@ROUTES.list(f"{RELATIONSHIP}/commitments", CommitmentOfPair)
def list_commitments(call: Call, query: Query, relationship_id: str) -> Page:
    """List the commitments of a relationship."""
    return parts_page(query, call.one("relationship", relationship_id).state.sessions.commitments, commitment_of)


@ROUTES.read(_ONE, CommitmentOfPair)
def get_commitment(call: Call, relationship_id: str, commitment_id: str) -> One:
    """Read a commitment."""
    current = call.one("relationship", relationship_id)
    found = current.state.sessions.commitments
    return part(found, "commitment", commitment_id, current.version, commitment_of)


@ROUTES.write(f"{_ONE}/keep", KeepCommitmentBody())
def keep_commitment(call: Call, body: Body, relationship_id: str, commitment_id: str) -> Written:
    """Say that the owner did what was agreed."""
    command = KeepCommitment(relationship_id=relationship_id, commitment_id=commitment_id, **body)
    return written_part(call, relationship_id, "commitments", commitment_id, command)


@ROUTES.write(f"{_ONE}/release", ReleaseCommitmentBody())
def release_commitment(call: Call, body: Body, relationship_id: str, commitment_id: str) -> Written:
    """Let the owner off."""
    command = ReleaseCommitment(relationship_id=relationship_id, commitment_id=commitment_id, **body)
    return written_part(call, relationship_id, "commitments", commitment_id, command)
