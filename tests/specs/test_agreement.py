"""Fit and agreement: what both sides say and settle before the work begins, or anew while it goes on."""

import pytest

from events.subjects.agreement import AgreementMade, FitAssessed
from events.subjects.relationship import Declined
from services.decisions.agreement import AssessFit, MakeAgreement
from tests.specs.pair import MENTEE, MENTOR, OUTSIDER, R
from tests.specs.setting import ACCEPTED, PROPOSED, relationship
from tests.specs.spec import day, given

YES = FitAssessed(person=MENTOR, side="mentor", fits=True)
AGREED = AgreementMade(cadence_days=7, channel="video", confidentiality="stays between us")
AGREE = MakeAgreement(relationship_id=R, cadence_days=7, channel="video", confidentiality="stays between us")


def assess(person, **more):
    """A word on the fit."""
    return AssessFit(**{"relationship_id": R, "person": person, "fits": True, **more})


def test_fit_is_assessed_from_ones_own_side():
    """The side follows from the role, in a proposal as in a running relationship."""
    assert relationship(PROPOSED).when(assess(MENTOR)).then(YES).fit[MENTOR].fits
    mentee = FitAssessed(person=MENTEE, side="mentee", fits=False, note="time zones")
    relationship(PROPOSED, ACCEPTED).when(assess(MENTEE, fits=False, note="time zones")).then(mentee)


def test_the_same_word_again_changes_nothing():
    """Unless there is something to add."""
    relationship(PROPOSED, YES).when(assess(MENTOR)).then()
    noted = FitAssessed(person=MENTOR, side="mentor", fits=True, note="still")
    relationship(PROPOSED, YES).when(assess(MENTOR, note="still")).then(noted)


def test_a_mind_changes_forwards_only():
    """What is said of an earlier day than the last word has no effect."""
    early = assess(MENTOR, fits=False, occurred_at=day("2026-01-02"))
    events = ((PROPOSED, "2026-01-01"), (YES, "2026-02-01"))
    relationship(*events).when(early).refused("before_last_change")
    late = (FitAssessed(person=MENTOR, side="mentor", fits=False), "2026-01-02")
    assert relationship(*events, late).state.fit[MENTOR].fits


def test_only_its_people_assess_it_each_for_themselves():
    """Nobody else has a say, and nobody another's."""
    relationship(PROPOSED).when(assess(OUTSIDER)).refused("not_in_relationship")
    relationship(PROPOSED).when(assess(MENTEE), actor=f"person:{MENTOR}").refused("acts_for_other")
    relationship(PROPOSED).when(assess(OUTSIDER), actor=f"person:{OUTSIDER}").refused("unknown_relationship")


def test_fit_is_assessed_while_it_matters():
    """Not after the proposal was declined, and not before it was made."""
    relationship(PROPOSED, Declined(person=MENTEE)).when(assess(MENTOR)).refused("not_proposed_or_active")
    given("relationship").when(assess(MENTOR)).refused("unknown_relationship")


def test_a_note_has_bounds():
    """Ten thousand characters."""
    relationship(PROPOSED).when(assess(MENTOR, note="x" * 10_001)).refused("text_too_long")


def test_terms_are_agreed_and_agreed_anew():
    """The last ones hold; the same again change nothing."""
    assert 7 == relationship(PROPOSED, ACCEPTED).when(AGREE).then(AGREED).agreement.cadence_days
    relationship(PROPOSED, ACCEPTED, AGREED).when(AGREE).then()
    other = MakeAgreement(relationship_id=R, cadence_days=21)
    relationship(PROPOSED, ACCEPTED, AGREED).when(other).then(AgreementMade(cadence_days=21))


@pytest.mark.parametrize("days", (0, 366, -7))
def test_sessions_are_a_day_to_a_year_apart(days):
    """Anything else is a slip."""
    slip = MakeAgreement(relationship_id=R, cadence_days=days)
    relationship(PROPOSED, ACCEPTED).when(slip).refused("cadence_out_of_range")


def test_terms_are_those_of_a_running_relationship():
    """A proposal has none yet."""
    relationship(PROPOSED).when(AGREE).refused("not_active")


def test_older_terms_that_arrive_late_do_not_hold():
    """What was agreed last in the world counts, and a command cannot agree before it."""
    events = ((PROPOSED, "2026-01-01"), (ACCEPTED, "2026-01-02"), (AGREED, "2026-02-01"))
    late = (AgreementMade(cadence_days=30), "2026-01-15")
    assert 7 == relationship(*events, late).state.agreement.cadence_days
    early = MakeAgreement(relationship_id=R, cadence_days=30, occurred_at=day("2026-01-15"))
    relationship(*events).when(early).refused("before_last_change")
