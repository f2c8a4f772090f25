"""Ids that follow from what they identify."""

from __future__ import annotations

from uuid import UUID, uuid5


def enrolment_id(org: UUID, programme: str, person: str, role: str) -> str:
    """The id of a person's place in a programme in one role (mentor, mentee): there is one of each."""
    return str(uuid5(org, f"enrolment/{programme}/{person}/{role}"))
