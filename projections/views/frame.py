"""What surrounds a relationship: the rules and the term of the programme that it is in."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from events.subjects.programme import Policy
from projections.subjects.programme import ProgrammeState
from projections.subjects.relationship import RelationshipState


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """The programme's present policy and the last day of its term, None for an evergreen one."""

    policy: Policy = field(default_factory=Policy)
    term_ends_on: date | None = None

    def last_day(self, state: RelationshipState) -> date | None:
        """The relationship's own last day, or the term's when it has none; None for an open end."""
        return state.ends_on or self.term_ends_on


def frame_of(programme: ProgrammeState) -> Frame:
    """The frame that a programme gives to its relationships."""
    return Frame(policy=programme.policy, term_ends_on=programme.ends_on)
