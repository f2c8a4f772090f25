"""The second act: sessions with their notes and commitments, feedback, corrections, changes of people."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from events.subjects.feedback import FeedbackAcknowledged, FeedbackGiven
from events.subjects.relationship import MentorJoined, MentorLeft, Reinstated, Withdrawn
from events.subjects.session import (
    Commitment,
    CommitmentKept,
    CommitmentReleased,
    Grow,
    SessionCancelled,
    SessionCorrected,
    SessionHeld,
    SessionMissed,
    SessionScheduled,
)
from services.sample import goals
from services.sample.diary import Diary
from services.sample.goals import Aims
from services.sample.plots import JOINED, MISPLACED, PAUSED, RESUMED, SWAPPED
from services.sample.texts import SessionText, sayings

_MINUTES = (45, 60, 60, 90)
_MARGIN = 6  # days that a session may be late and still keep to the cadence: a weekend twice, and a new date


def work(diary: Diary, aims: Aims, until: datetime) -> None:
    """Sessions in the agreed cadence until then, with all that comes of them; ends as well when the life is over."""
    notes = _notes(diary)
    middle = diary.now + (min(until, diary.limit) - diary.now) / 2
    turned = False
    step = timedelta(days=diary.cadence - _MARGIN)
    last = until - step if until <= diary.limit else diary.limit
    while diary.now < last:
        if not turned and diary.now >= middle:
            turned = True
            if not _turn(diary):
                return
        _meet(diary, next(notes, None))
        goals.look_at(diary, aims)
        _give_feedback(diary)


def _notes(diary: Diary) -> Iterator[SessionText]:
    """What the sessions are about: the theme's own in order, then what comes up in any life."""
    common = list(sayings().sessions)
    yield from diary.theme.sessions
    while common:
        yield common.pop(diary.dice.between(0, len(common) - 1))


def _meet(diary: Diary, text: SessionText | None) -> None:
    """A session is planned, sometimes called off or missed and planned again, and held."""
    dice, gap = diary.dice, diary.cadence - _MARGIN
    day = diary.now + timedelta(days=dice.between(gap - 2, gap))
    planned = _plan(diary, diary.soon(1, 2), day)
    if dice.happens(14):
        planned = _plan_again(diary, planned)
    _hold(diary, planned, text)


def _plan(diary: Diary, agreed_at: datetime, day: datetime) -> SessionScheduled:
    dice, zone = diary.dice, diary.mentors[0].zone
    starts_at = max(dice.working(day, zone), agreed_at + timedelta(hours=4))
    session_id = dice.id()
    planned = SessionScheduled(
        session_id=session_id, starts_at=starts_at, minutes=dice.pick(_MINUTES), zone=zone, channel=_channel(diary)
    )
    diary.write(planned, agreed_at)
    return planned


def _channel(diary: Diary) -> str:
    return diary.dice.pick(("video call", "video call", "in person", "phone"))


def _plan_again(diary: Diary, planned: SessionScheduled) -> SessionScheduled:
    dice, says, starts_at, session_id = diary.dice, sayings(), planned.starts_at, planned.session_id
    if dice.happens(65):
        by = dice.pick(diary.people)
        at = starts_at - timedelta(hours=dice.between(2, 3))
        diary.write(SessionCancelled(session_id=session_id, by=by.id, reason=dice.pick(says.cancellations)), at)
    else:
        at = starts_at + timedelta(minutes=30)
        diary.write(SessionMissed(session_id=session_id, absent=(dice.pick(diary.people).id,)), at)
    return _plan(diary, at + timedelta(minutes=25), starts_at + timedelta(days=dice.between(1, 2)))


def _hold(diary: Diary, planned: SessionScheduled, text: SessionText | None) -> None:
    dice, starts_at = diary.dice, planned.starts_at
    ended_at = starts_at + timedelta(minutes=planned.minutes + dice.between(-2, 3) * 5)
    diary.now = ended_at
    notes = Grow() if text is None else Grow(
        goal=text.goal, reality=text.reality, options=text.options, way_forward=text.way_forward
    )  # fmt: skip  # the notes in one view
    held = SessionHeld(
        session_id=planned.session_id,
        started_at=starts_at,
        ended_at=ended_at,
        notes=notes,
        commitments=() if text is None else tuple(_commitments(diary, text)),
        mentee_talked=dice.between(7, 16) * 5 if dice.happens(70) else None,
    )
    mark = f"held/{planned.session_id}"
    # What came of a session would say that it was held, so only one without commitments can be forgotten for a time.
    diary.write(held, ended_at, mark=mark, late=not held.commitments and dice.happens(30))
    _settle(diary, held)
    if dice.happens(4):
        _correct(diary, held, mark)


def _commitments(diary: Diary, text: SessionText) -> Iterator[Commitment]:
    for owner, words in ((diary.dice.pick(diary.mentees), text.mentee), (diary.dice.pick(diary.mentors), text.mentor)):
        if words and diary.dice.happens(80):
            due_on = (diary.now + timedelta(days=diary.dice.between(6, max(7, diary.cadence - _MARGIN)))).date()
            yield Commitment(commitment_id=diary.dice.id(), owner=owner.id, text=words, due_on=due_on)


def _settle(diary: Diary, held: SessionHeld) -> None:
    """Every commitment is settled in time; `lateness` takes some of that back."""
    dice, says = diary.dice, sayings()
    for one in held.commitments:
        days = (one.due_on - diary.now.date()).days
        at = diary.now + timedelta(days=dice.between(1, days - 1), minutes=dice.between(1, 59))
        if dice.happens(92):
            diary.write(CommitmentKept(commitment_id=one.commitment_id, note=dice.pick(says.kept)), at)
        else:
            diary.write(CommitmentReleased(commitment_id=one.commitment_id, reason=dice.pick(says.releases)), at)


def _correct(diary: Diary, held: SessionHeld, mark: str) -> None:
    """The next day somebody sees that the session was written down an hour late."""
    hour = timedelta(hours=1)
    corrected = SessionCorrected(
        session_id=held.session_id,
        corrects=0,  # the diary knows the version when all is written
        reason=diary.dice.pick(sayings().corrections),
        started_at=held.started_at - hour,
        ended_at=held.ended_at - hour,
    )
    diary.write(corrected, held.ended_at + timedelta(days=1), corrects=mark)


def _give_feedback(diary: Diary) -> None:
    dice, says = diary.dice, sayings()
    if not dice.happens(35):
        return
    mentor, mentee = dice.pick(diary.mentors), dice.pick(diary.mentees)
    giver, receiver = (mentor, mentee) if dice.happens(60) else (mentee, mentor)
    sort = dice.pick(("praise", "praise", "constructive", "challenge"))
    feedback_id, at, late = dice.id(), diary.now + timedelta(hours=dice.between(1, 5)), dice.happens(10)
    texts: tuple[str, ...] = getattr(says, sort)
    given = FeedbackGiven(
        feedback_id=feedback_id,
        giver=giver.id,
        receiver=receiver.id,
        sort=sort,
        text=dice.pick(texts),
        about=dice.pick(says.about),
    )
    diary.write(given, at, late=late)
    acknowledged = FeedbackAcknowledged(feedback_id=feedback_id, answer=dice.pick(says.answers))
    diary.write(acknowledged, at + timedelta(hours=dice.between(4, 90)), late=late)


def _turn(diary: Diary) -> bool:
    """What happens half-way; whether the life goes on."""
    dice, says = diary.dice, sayings()
    match diary.plot.twist:
        case twist if twist == SWAPPED and diary.reserve:
            left, heir = diary.mentors.pop(0), diary.reserve.pop(0)
            diary.mentors.insert(0, heir)
            reason = dice.pick(says.swaps)
            diary.write(MentorLeft(person=left.id, replaced_by=(heir.id,), reason=reason), diary.soon(1, 2))
        case twist if twist == JOINED and diary.reserve:
            joins = diary.reserve.pop(0)
            diary.mentors.append(joins)
            diary.write(MentorJoined(person=joins.id), diary.soon(1, 2))
        case twist if twist in (PAUSED, RESUMED):
            diary.wait(2, 4)
            diary.hasten(diary.now)
            withdrawn = Withdrawn(was="active", person=dice.pick(diary.people).id, reason=dice.pick(says.withdrawals))
            diary.write(withdrawn)
            diary.wait(16, 30)
            if twist == RESUMED:
                diary.write(Reinstated(to="active", reason=dice.pick(says.reinstatements)))
            return twist == RESUMED
        case twist if twist == MISPLACED:
            _misplace(diary)
        case _:
            pass
    return True


def _misplace(diary: Diary) -> None:
    """A session of another pair is written down here, and taken back."""
    starts_at = diary.dice.working(diary.soon(1, 2))
    held = SessionHeld(session_id=diary.dice.id(), started_at=starts_at, ended_at=starts_at + timedelta(minutes=45))
    diary.write(held, held.ended_at, mark="misplaced")
    reason = diary.dice.pick(sayings().voids)
    void = SessionCorrected(session_id=held.session_id, corrects=0, reason=reason, void=True)
    diary.write(void, held.ended_at + timedelta(hours=5), corrects="misplaced")
