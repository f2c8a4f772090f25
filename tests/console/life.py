"""A short life with a goal, a session, a correction and an end, for pages to show."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from uuid import UUID, uuid4

from events.subjects.goal import GoalAchieved, GoalProgressed, GoalSet
from events.subjects.person import PersonRegistered
from events.subjects.programme import ProgrammeCreated, ProgrammeOpened
from events.subjects.relationship import Accepted, Closed, Proposed
from events.subjects.session import Grow, SessionCorrected, SessionHeld
from tests.console.conftest import Site


def on(month: int, day: int, hour: int = 12) -> datetime:
    """A moment of the year of the life."""
    return datetime(2024, month, day, hour, tzinfo=UTC)


@dataclass(frozen=True)
class Life:
    """Ids, and the words that pages show."""

    programme: str
    mentor: str
    mentee: str
    relationship: str
    title: str = "Growing into the role"
    mentor_name: str = "Maren Halloway"
    mentee_name: str = "Jonas Quill"
    note: str = "Choose one problem"

    @property
    def path(self) -> str:
        """The address of the relationship's page."""
        return f"/relationships/{self.relationship}"


def new_life(**words: str) -> Life:
    """A life under fresh ids."""
    return replace(Life(*(str(uuid4()) for _ in range(4))), **words)


def tell(site: Site, org: UUID, life: Life) -> None:
    """Write the life down."""
    begun = ProgrammeCreated(programme_id=life.programme, name="Spring circle")
    site.record(org, f"programme-{life.programme}", [(on(1, 2), begun), (on(1, 3), ProgrammeOpened())])
    for person, name in ((life.mentor, life.mentor_name), (life.mentee, life.mentee_name)):
        site.record(org, f"person-{person}", [(on(1, 4), PersonRegistered(person_id=person, name=name))])
    proposed = Proposed(
        relationship_id=life.relationship,
        programme_id=life.programme,
        mentors=(life.mentor,),
        mentees=(life.mentee,),
        title=life.title,
    )
    accepted = Accepted(relationship_id=life.relationship, programme_id=life.programme)
    goal, session = str(uuid4()), str(uuid4())
    held = SessionHeld(session_id=session, started_at=on(3, 1, 10), ended_at=on(3, 1, 11), notes=Grow(goal=life.note))
    corrected = SessionCorrected(session_id=session, corrects=4, reason="Half an hour longer", ended_at=on(3, 1, 12))
    site.record(
        org,
        f"relationship-{life.relationship}",
        [
            (on(2, 1), proposed),
            (on(2, 3), accepted),
            (on(2, 10), GoalSet(goal_id=goal, specific="Speak first in two meetings")),
            (on(3, 1, 11), held),
            (on(3, 8), corrected),
            (on(4, 2), GoalProgressed(goal_id=goal, percent=60)),
            (on(5, 2), GoalAchieved(goal_id=goal)),
            (on(6, 1), Closed(outcome="completed")),
        ],
    )
