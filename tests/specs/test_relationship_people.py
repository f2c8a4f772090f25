"""Who is in a relationship: mentors join, leave and are replaced; mentees join."""

import pytest

from events.subjects.relationship import Declined, MenteeJoined, MentorJoined, MentorLeft, Proposed
from projections.subjects.relationship import FOLD
from services.decisions.relationship_people import AddMentee, AddMentor, RemoveMentor
from tests.specs.pair import MENTEE, MENTOR, OUTSIDER, P, R
from tests.specs.setting import ACCEPTED, MENTEE_2, MENTOR_2, ORG, PROPOSED, UNKNOWN, relationship
from tests.specs.spec import day, given


def add_mentor(person, **more):
    """A mentor joins."""
    return AddMentor(**{"org": ORG, "relationship_id": R, "programme_id": P, "person": person, **more})


def add_mentee(person):
    """A mentee joins."""
    return AddMentee(org=ORG, relationship_id=R, programme_id=P, person=person)


def remove(person, *replaced_by, **more):
    """A mentor goes."""
    return RemoveMentor(org=ORG, relationship_id=R, programme_id=P, person=person, replaced_by=replaced_by, **more)


def test_a_mentor_joins_a_running_relationship_and_takes_a_seat():
    """Everybody who mentors in it needs one."""
    state = relationship(PROPOSED, ACCEPTED).when(add_mentor(MENTOR_2)).then(MentorJoined(person=MENTOR_2))
    assert ((MENTOR, MENTOR_2), "active") == (state.mentors, state.status)
    assert {f"seat/{P}/{MENTOR}", f"seat/{P}/{MENTOR_2}"} == FOLD.claims(state)


def test_a_mentee_is_found_for_a_proposal():
    """The pair is taken from then on."""
    alone = Proposed(relationship_id=R, programme_id=P, mentors=(MENTOR,))
    state = relationship(alone).when(add_mentee(MENTEE)).then(MenteeJoined(person=MENTEE))
    assert {f"pair/{P}/{MENTOR}/{MENTEE}"} == FOLD.claims(state)


def test_joining_twice_changes_nothing():
    """They are there already."""
    relationship(PROPOSED).when(add_mentor(MENTOR)).then()
    relationship(PROPOSED).when(add_mentee(MENTEE)).then()


def test_nobody_is_on_both_sides():
    """A mentee cannot mentor themselves, nor take over."""
    relationship(PROPOSED).when(add_mentor(MENTEE)).refused("mentor_and_mentee")
    relationship(PROPOSED).when(add_mentee(MENTOR)).refused("mentor_and_mentee")
    relationship(PROPOSED).when(remove(MENTOR, MENTEE)).refused("mentor_and_mentee")


@pytest.mark.parametrize(
    ("command", "code"),
    (
        (add_mentor(UNKNOWN), "unknown_person"),
        (add_mentor(OUTSIDER), "not_enrolled"),
        (add_mentee(MENTOR_2), "not_enrolled"),
        (remove(MENTOR, MENTEE_2), "not_enrolled"),
    ),
)
def test_who_joins_has_a_place_in_the_role(command, code):
    """Known, and enrolled as what they become."""
    relationship(PROPOSED).when(command).refused(code)


def test_the_last_mentor_leaves_only_to_somebody():
    """A relationship always has a mentor."""
    relationship(PROPOSED).when(remove(MENTOR)).refused("last_mentor")
    left = MentorLeft(person=MENTOR, replaced_by=(MENTOR_2,))
    assert (MENTOR_2,) == relationship(PROPOSED).when(remove(MENTOR, MENTOR_2)).then(left).mentors


def test_one_of_several_mentors_leaves_once():
    """The others go on; leaving again changes nothing."""
    scenario = relationship(PROPOSED, MentorJoined(person=MENTOR_2))
    left = MentorLeft(person=MENTOR, reason="moved")
    assert (MENTOR_2,) == scenario.when(remove(MENTOR, reason="moved")).then(left).mentors
    relationship(PROPOSED, MentorJoined(person=MENTOR_2), left).when(remove(MENTOR)).then()


def test_only_a_mentor_leaves_as_mentor():
    """Whoever never was one cannot."""
    relationship(PROPOSED).when(remove(MENTOR_2)).refused("not_a_mentor")


def test_nobody_takes_over_from_themselves():
    """That would be no leaving."""
    relationship(PROPOSED).when(remove(MENTOR, MENTOR)).refused("replaced_by_self")


def test_a_mentor_comes_back():
    """After leaving, and not before."""
    events = ((PROPOSED, "2026-01-01"), (MentorJoined(person=MENTOR_2), "2026-01-02"))
    left = (MentorLeft(person=MENTOR_2), "2026-02-01")
    assert (MENTOR, MENTOR_2) == relationship(*events, left).when(add_mentor(MENTOR_2)).state.mentors
    early = add_mentor(MENTOR_2, occurred_at=day("2026-01-15"))
    relationship(*events, left).when(early).refused("before_last_change")


def test_people_join_and_leave_while_there_is_something_to_join():
    """Not after it was declined."""
    scenario = relationship(PROPOSED, Declined(person=MENTEE))
    scenario.when(add_mentor(MENTOR_2)).refused("not_proposed_or_active")


def test_the_programme_is_the_one_that_the_caller_looked_at():
    """Otherwise the places that were looked up are those of another programme."""
    elsewhere = add_mentor(MENTOR_2, programme_id=UNKNOWN)
    relationship(PROPOSED).when(elsewhere).refused("programme_differs")


def test_outsiders_find_nothing():
    """To somebody who is not in it, it does not exist; nor does it before it was proposed."""
    relationship(PROPOSED).when(add_mentor(MENTOR_2), actor=f"person:{OUTSIDER}").refused("unknown_relationship")
    given("relationship").when(add_mentor(MENTOR_2)).refused("unknown_relationship")
