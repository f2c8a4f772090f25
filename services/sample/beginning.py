"""The first act: a proposal, its answers, and what is settled before the work begins."""

from __future__ import annotations

from datetime import timedelta

from events.subjects.agreement import AgreementMade, FitAssessed
from events.subjects.relationship import (
    Accepted,
    Closed,
    Declined,
    MenteeJoined,
    Proposed,
    StageChanged,
    Withdrawn,
)
from events.subjects.session import Grow, SessionHeld, SessionScheduled
from services.sample.diary import Diary
from services.sample.people import Person
from services.sample.plots import ACCEPTED, ALONE, DECLINED, TAKEN_BACK, UNANSWERED, UNFIT, WAITING
from services.sample.texts import sayings


def propose(diary: Diary, title: str) -> None:
    """Somebody proposes to work on the theme."""
    theme, dice = diary.theme, diary.dice
    alone = diary.plot.answer == ALONE
    diary.write(
        Proposed(
            relationship_id=diary.relationship_id,
            programme_id=diary.programme_id,
            mentors=tuple(one.id for one in diary.mentors),
            mentees=() if alone else tuple(one.id for one in diary.mentees),
            title=title,
            unit=theme.unit,
            description=theme.description,
            expected_outcome=dice.pick(theme.goals).specific,
            skills=theme.skills,
            starts_on=diary.soon(7, 14).date(),
            ends_on=diary.ends_on,
            simulated=True,
        )
    )


def answered(diary: Diary) -> bool:
    """The answers to the proposal; whether it became a running relationship."""
    says, dice = sayings(), diary.dice
    match diary.plot.answer:
        case answer if answer == ACCEPTED:
            _accept(diary, diary.people)
            return True
        case answer if answer == WAITING:
            _accept(diary, diary.people[:1])
        case answer if answer == ALONE:
            _accept(diary, tuple(diary.mentors))
            diary.write(MenteeJoined(person=diary.mentees[0].id), diary.soon(3, 6))
        case answer if answer == DECLINED:
            _accept(diary, diary.people[:1])
            diary.wait(1, 6)
            diary.write(Declined(person=diary.people[-1].id, reason=dice.pick(says.declines)))
        case answer if answer == TAKEN_BACK:
            diary.wait(4, 12)
            withdrawn = Withdrawn(was="proposed", person=diary.mentees[0].id, reason=dice.pick(says.withdrawals))
            diary.write(withdrawn)
        case answer if answer == UNANSWERED:
            diary.wait(20, 30)
            diary.write(Closed(outcome="not_started", reason=dice.pick(says.not_started)))
        case _:
            raise AssertionError(diary.plot.answer)
    return False


def settle(diary: Diary) -> bool:
    """The first session, fit and agreement; whether the two go on."""
    says, dice = sayings(), diary.dice
    _meet(diary)
    unfit = diary.plot.twist == UNFIT
    for person in diary.people:
        is_mentee = person in diary.mentees
        note = dice.pick(says.misfits if unfit and is_mentee else says.fits)
        side = "mentee" if is_mentee else "mentor"
        fit = FitAssessed(person=person.id, side=side, fits=not (unfit and is_mentee), note=note)
        diary.write(fit, diary.soon(1, 3))
    diary.wait(3, 5)
    if unfit:
        diary.wait(2, 3)
        diary.write(Closed(outcome="no_fault_exit", reason=dice.pick(says.no_fault_exit)))
        return False
    terms = dice.pick(says.agreements)
    agreement = AgreementMade(
        cadence_days=diary.cadence,
        channel=terms.channel,
        confidentiality=terms.confidentiality,
        working_style=terms.working_style,
    )
    diary.write(agreement)
    return True


def start_work(diary: Diary) -> None:
    """From initiation to cultivation; to be called once a goal stands."""
    diary.wait(1, 3)
    reason = diary.dice.pick(sayings().to_cultivation)
    diary.write(StageChanged(was="initiation", to="cultivation", reason=reason))


def _accept(diary: Diary, people: tuple[Person, ...]) -> None:
    for person in people:
        diary.wait(1, 1)
        accepted = Accepted(relationship_id=diary.relationship_id, programme_id=diary.programme_id, person=person.id)
        diary.write(accepted)


def _meet(diary: Diary) -> None:
    session_id, zone = diary.dice.id(), diary.mentors[0].zone
    starts_at = diary.dice.working(diary.now + timedelta(days=diary.dice.between(2, 4)), zone)
    planned = SessionScheduled(session_id=session_id, starts_at=starts_at, minutes=45, zone=zone)
    diary.write(planned, diary.now + timedelta(hours=2))
    diary.now = starts_at + timedelta(minutes=45)
    notes = Grow(
        goal="Get to know each other and find out what each expects",
        reality=diary.dice.pick(sayings().first_meetings),
        way_forward="Both think it over and say whether it fits; then terms and a first goal",
    )
    diary.write(SessionHeld(session_id=session_id, started_at=starts_at, ended_at=diary.now, notes=notes))
