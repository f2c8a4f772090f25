"""The course of a relationship: status, stage and people, whatever the order in which facts arrive.

Facts arrive late (an import tells in 2026 what happened in 2021), and what a fact means depends on what
came before it in the world: an acceptance makes active only once everybody accepted. So every turning point
is kept, sorted by the moment it happened, and the course is what they come to in that order. There are few in
a life, and the newest usually arrives last: then it is one step.
"""

from __future__ import annotations

from bisect import bisect_right
from datetime import datetime
from operator import attrgetter

import msgspec
from msgspec.structs import replace

PROPOSED, ACTIVE, DECLINED, WITHDRAWN, CLOSED = "proposed", "active", "declined", "withdrawn", "closed"
INITIATION, CULTIVATION, SEPARATION = "initiation", "cultivation", "separation"
STAGES = (INITIATION, CULTIVATION, SEPARATION)
MENTOR, MENTEE = "mentor", "mentee"

_SPOKEN_OF = {"accepted": ACTIVE, ACTIVE: ACTIVE, PROPOSED: PROPOSED}


def status_called(text: str) -> str:
    """The status that an organisation's own word names (accepted, proposed); empty for a word it has not."""
    return _SPOKEN_OF.get(text, "")


class Turn(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A turning point at a moment; what is empty stays as it was.

    status, stage: what it leads to; joined, left: (role, person id) pairs; whole: the roles of which joined
    is the full list, so that others have left; accepts: who accepts by it; goals_met, outcome: of a parting.
    """

    at: datetime
    status: str = ""
    stage: str = ""
    joined: tuple[tuple[str, str], ...] = ()
    left: tuple[tuple[str, str], ...] = ()
    whole: tuple[str, ...] = ()
    accepts: tuple[str, ...] = ()
    goals_met: tuple[str, ...] = ()
    outcome: str = ""


class Member(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One person in one role (mentor, mentee); until is when they left, None while they are there."""

    person: str
    role: str
    since: datetime
    until: datetime | None = None


class Course(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the turns come to.

    status is proposed, active, declined, withdrawn or closed, and empty before anything is known of it; stage
    is empty before it was active; accepted_by holds who accepted the proposal that stands or stood last, and
    when; accepted_at is when that made it active; members are in the order in which they first joined.
    """

    turns: tuple[Turn, ...] = ()
    status: str = ""
    status_at: datetime | None = None
    stage: str = ""
    stage_at: datetime | None = None
    members: tuple[Member, ...] = ()
    accepted_by: dict[str, datetime] = {}
    accepted_at: datetime | None = None
    goals_met: tuple[str, ...] = ()
    outcome: str = ""

    def present(self, role: str) -> tuple[str, ...]:
        """The ids of the people who are in the relationship in a role."""
        return tuple(one.person for one in self.members if one.role == role and one.until is None)


def take(course: Course, turn: Turn) -> Course:
    """The course with one more turn; of two at the same moment the one that arrives later counts as later."""
    turns = course.turns
    if not turns or turn.at >= turns[-1].at:
        return replace(_step(course, turn), turns=(*turns, turn))
    place = bisect_right(turns, turn.at, key=attrgetter("at"))
    turns = (*turns[:place], turn, *turns[place:])
    again = Course()
    for one in turns:
        again = _step(again, one)
    return replace(again, turns=turns)


def _step(course: Course, turn: Turn) -> Course:
    at = turn.at
    if turn.joined or turn.left:
        course = replace(course, members=_members(course.members, turn))
    if turn.status:
        course = _to_status(course, turn.status, at)
    if turn.accepts:
        course = replace(course, accepted_by={**course.accepted_by, **dict.fromkeys(turn.accepts, at)})
    if course.status == PROPOSED and _everybody_accepted(course):
        course = _to_status(course, ACTIVE, at)
    if turn.stage:
        course = replace(course, stage=turn.stage, stage_at=at, goals_met=turn.goals_met or course.goals_met)
    return replace(course, outcome=turn.outcome) if turn.outcome else course


def _to_status(course: Course, status: str, at: datetime) -> Course:
    outcome = course.outcome if status == CLOSED else ""
    if status == PROPOSED:
        return replace(
            course,
            status=status,
            status_at=at,
            stage="",
            stage_at=None,
            accepted_by={},
            accepted_at=None,
            outcome=outcome,
        )
    if status != ACTIVE:
        return replace(course, status=status, status_at=at, outcome=outcome)
    begins = not course.stage
    return replace(
        course,
        status=status,
        status_at=at,
        stage=INITIATION if begins else course.stage,
        stage_at=at if begins else course.stage_at,
        accepted_at=at if course.accepted_at is None else course.accepted_at,
        outcome=outcome,
    )


def _everybody_accepted(course: Course) -> bool:
    """Whether a proposal with people on both sides has the word of each; one side alone cannot settle it."""
    if not course.accepted_by:
        return False
    present = [one for one in course.members if one.until is None]
    sides = {one.role for one in present}
    return len(sides) > 1 and all(one.person in course.accepted_by for one in present)


def _members(before: tuple[Member, ...], turn: Turn) -> tuple[Member, ...]:
    after = {(one.role, one.person): one for one in before}
    leaving = set(turn.left)
    leaving.update(key for key in after if key[0] in turn.whole and key not in turn.joined)
    for key in leaving:
        member = after.get(key)
        if member is not None and member.until is None:
            after[key] = replace(member, until=turn.at)
    for role, person in turn.joined:
        known = after.get((role, person))
        if known is None or known.until is not None:
            after[role, person] = Member(person=person, role=role, since=turn.at)
    return tuple(after.values())
