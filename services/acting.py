"""On whose behalf somebody acts: people act for themselves, a coordinator (any other actor) for anyone."""

from __future__ import annotations

from projections.subjects.relationship import RelationshipState
from services.errors import NotFound, Refused

_PERSON = "person:"


def person_of(actor: str) -> str | None:
    """The id of the person who acts for themselves; None for a coordinator, an import or the system."""
    return actor[len(_PERSON) :] if actor.startswith(_PERSON) else None


def must_act_as(actor: str, person: str) -> None:
    """Refuse (`acts_for_other`) a person who speaks for somebody else."""
    own = person_of(actor)
    if own is not None and own != person:
        raise Refused("acts_for_other", "You can only speak for yourself here; ask a coordinator.", person=person)


def must_be_among(actor: str, people: tuple[str, ...]) -> None:
    """Refuse (`acts_for_other`) a person who arranges something in which they have no part."""
    own = person_of(actor)
    if own is not None and own not in people:
        raise Refused("acts_for_other", "You can only propose what you take part in; ask a coordinator.")


def must_be_party(actor: str, state: RelationshipState) -> None:
    """To a person who is not in the relationship it does not exist (`unknown_relationship`)."""
    own = person_of(actor)
    if own is not None and own not in state.mentors and own not in state.mentees:
        raise NotFound("unknown_relationship", "There is no relationship of this id here.")


def must_coordinate(actor: str, what: str) -> None:
    """Refuse (`coordinator_only`) a person what only the organisation can do; what completes the sentence."""
    if person_of(actor) is not None:
        raise Refused("coordinator_only", f"Only a coordinator can {what}.")
