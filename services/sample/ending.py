"""The last act: parting is proposed and agreed, a last look back, the end."""

from __future__ import annotations

from datetime import datetime, timedelta

from events.subjects.feedback import FeedbackAcknowledged, FeedbackGiven
from events.subjects.relationship import Closed, SeparationProposed, StageChanged
from events.subjects.session import Grow, SessionHeld
from services.sample import goals
from services.sample.diary import Diary
from services.sample.goals import Aims
from services.sample.plots import LEFT_EARLY
from services.sample.texts import sayings


def part(diary: Diary, aims: Aims, parting: datetime) -> None:
    """The two part after that moment: as agreed, or early."""
    dice, says = diary.dice, sayings()
    diary.now = max(diary.now, parting)
    diary.wait(1, 2)
    if diary.plot.twist == LEFT_EARLY:
        diary.hasten(diary.now)
        diary.write(Closed(outcome="ended_early", reason=dice.pick(says.ended_early)))
        return
    goals.finish(diary, aims)
    met, side = tuple(aims.met), dice.pick(("mentor", "mentee"))
    diary.now += timedelta(hours=1)
    diary.write(SeparationProposed(side=side, reason=dice.pick(says.separations), goals_met=met))
    diary.wait(1, 1)
    stage = StageChanged(was="cultivation", to="separation", reason=dice.pick(says.to_separation), goals_met=met)
    diary.write(stage)
    _look_back(diary)
    diary.wait(5, 9)
    diary.hasten(diary.now)
    diary.write(Closed(outcome="completed", reason=dice.pick(says.completed)))


def _look_back(diary: Diary) -> None:
    dice, says = diary.dice, sayings()
    starts_at = dice.working(diary.now + timedelta(days=dice.between(4, 7)), diary.mentors[0].zone)
    diary.now = starts_at + timedelta(minutes=60)
    notes = Grow(
        goal="Look back together and say goodbye",
        reality=dice.pick(says.look_backs),
        way_forward="A coffee in half a year, without agenda",
    )
    held = SessionHeld(session_id=dice.id(), started_at=starts_at, ended_at=diary.now, notes=notes, mentee_talked=60)
    diary.write(held)
    mentor, mentee = dice.pick(diary.mentors), dice.pick(diary.mentees)
    for giver, receiver in ((mentor, mentee), (mentee, mentor)):
        feedback_id = dice.id()
        given = FeedbackGiven(
            feedback_id=feedback_id, giver=giver.id, receiver=receiver.id, sort="praise", text=dice.pick(says.praise)
        )
        diary.write(given, diary.now + timedelta(hours=2))
        acknowledged = FeedbackAcknowledged(feedback_id=feedback_id, answer=dice.pick(says.answers))
        diary.write(acknowledged, diary.now + timedelta(hours=dice.between(5, 60)))
