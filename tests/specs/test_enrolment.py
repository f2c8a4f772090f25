"""People's places in programmes: enrolled, capacity changed, withdrawn, re-enrolled."""

import pytest

from events.subjects.enrolment import CapacityChanged, Enrolled, EnrolmentWithdrawn, ReEnrolled
from events.subjects.programme import ProgrammeClosed, ProgrammeOpened
from projections.fold import Card
from projections.subjects.enrolment import FOLD
from services.decisions.enrolment import ChangeCapacity, Enrol, ReEnrol, WithdrawEnrolment
from services.ids import enrolment_id
from tests.specs.pair import MENTEE, MENTOR, OUTSIDER, P
from tests.specs.setting import CREATED, ORG, UNKNOWN, enrolled, in_programme
from tests.specs.spec import day, given

PLACE = enrolment_id(ORG, P, OUTSIDER, "mentor")
ENROL = Enrol(org=ORG, programme_id=P, person_id=OUTSIDER, role="mentor", capacity=2, skills=("Rust",))
ENROLLED = Enrolled(enrolment_id=PLACE, programme_id=P, person_id=OUTSIDER, role="mentor", capacity=2, skills=("Rust",))
LEFT = EnrolmentWithdrawn(reason="new job")
CHANGE = ChangeCapacity(enrolment_id=PLACE, capacity=3)


def place(*events):
    """A place to which this happened, in the open programme."""
    return in_programme(given("enrolment", *events))


def test_a_person_is_enrolled_once_per_role():
    """The place's id follows from programme, person and role; the same again changes nothing."""
    state = place().when(ENROL).then(ENROLLED)
    assert Card(scope=P, status="enrolled", label="mentor", members=(OUTSIDER,)) == FOLD.card(state)
    place(ENROLLED).when(ENROL).then()


def test_another_capacity_is_a_change_and_no_second_enrolment():
    """Enrolling again with other terms is refused and says what to do."""
    again = Enrol(org=ORG, programme_id=P, person_id=OUTSIDER, role="mentor", capacity=5)
    place(ENROLLED).when(again).refused("already_enrolled")


def test_who_left_is_re_enrolled_and_not_enrolled():
    """The place exists already."""
    place(ENROLLED, LEFT).when(ENROL).refused("enrolment_withdrawn")
    place(ENROLLED, LEFT).when(CHANGE).refused("enrolment_withdrawn")


@pytest.mark.parametrize("programme", ((CREATED,), (CREATED, ProgrammeOpened(), ProgrammeClosed())))
def test_only_an_open_programme_enrols(programme):
    """Before it opens and after it closed nobody joins."""
    in_programme(given("enrolment"), *programme).when(ENROL).refused("programme_not_open")


def test_programme_and_person_are_known():
    """Nobody is enrolled in nothing, and nobody unknown is enrolled."""
    given("enrolment").when(ENROL).refused("unknown_programme")
    stranger = Enrol(org=ORG, programme_id=P, person_id=UNKNOWN, role="mentor")
    place().when(stranger).refused("unknown_person")


def test_there_are_two_roles():
    """Anything but mentor and mentee is refused."""
    place().when(Enrol(org=ORG, programme_id=P, person_id=OUTSIDER, role="coach")).refused("unknown_role")


def test_skills_are_a_list_of_short_texts():
    """More than a hundred, or one longer than a title, are refused."""
    many = Enrol(org=ORG, programme_id=P, person_id=OUTSIDER, role="mentor", skills=("x",) * 101)
    place().when(many).refused("too_many_items")
    long = Enrol(org=ORG, programme_id=P, person_id=OUTSIDER, role="mentor", skills=("x" * 301,))
    place().when(long).refused("text_too_long")


def test_a_capacity_is_a_number_of_relationships_of_a_mentor():
    """It has bounds, and mentees have none."""
    low = Enrol(org=ORG, programme_id=P, person_id=OUTSIDER, role="mentor", capacity=0)
    place().when(low).refused("capacity_out_of_range")
    mentee = Enrol(org=ORG, programme_id=P, person_id=OUTSIDER, role="mentee", capacity=1)
    place().when(mentee).refused("capacity_of_mentee")


def test_a_capacity_changes():
    """To a number, or back to the policy's; the same number changes nothing."""
    assert 3 == place(ENROLLED).when(CHANGE).then(CapacityChanged(capacity=3)).capacity
    back = ChangeCapacity(enrolment_id=PLACE, capacity=None)
    place(ENROLLED).when(back).then(CapacityChanged(capacity=None))
    place(ENROLLED).when(ChangeCapacity(enrolment_id=PLACE, capacity=2)).then()


def test_a_person_leaves_once_and_comes_back_once():
    """Each repeats without effect."""
    leave = WithdrawEnrolment(enrolment_id=PLACE, reason="new job")
    back = ReEnrol(enrolment_id=PLACE, programme_id=P, capacity=1)
    assert "withdrawn" == place(ENROLLED).when(leave).then(LEFT).status
    place(ENROLLED, LEFT).when(leave).then()
    state = place(ENROLLED, LEFT).when(back).then(ReEnrolled(capacity=1))
    assert ("enrolled", 1) == (state.status, state.capacity)
    place(ENROLLED).when(back).then()


def test_who_comes_back_needs_an_open_programme():
    """Coming back is an enrolment."""
    back = ReEnrol(enrolment_id=PLACE, programme_id=P)
    closed = in_programme(given("enrolment", ENROLLED, LEFT), CREATED)
    closed.when(back).refused("programme_not_open")


def test_a_place_is_found_in_its_own_programme_only():
    """Unknown ids and another programme's are not found."""
    given("enrolment").when(CHANGE).refused("unknown_enrolment")
    elsewhere = ReEnrol(enrolment_id=PLACE, programme_id=UNKNOWN)
    place(ENROLLED, LEFT).when(elsewhere).refused("unknown_enrolment")


def test_a_change_of_capacity_cannot_lie_before_the_last():
    """It would have no effect."""
    early = ChangeCapacity(enrolment_id=PLACE, capacity=9, occurred_at=day("2025-01-01"))
    place((ENROLLED, "2026-01-01")).when(early).refused("before_last_change")


def test_late_facts_do_not_undo_later_ones():
    """Leaving before coming back is not leaving."""
    state = given(
        "enrolment",
        (ENROLLED, "2026-01-01"),
        (ReEnrolled(capacity=4), "2026-02-01"),
        (LEFT, "2026-01-20"),
        (CapacityChanged(capacity=7), "2026-01-21"),
    ).state
    assert ("enrolled", 4) == (state.status, state.capacity)


def test_the_same_person_has_a_place_per_role():
    """Mentor here and mentee there are two places."""
    assert enrolled(MENTOR, "mentor").enrolment_id != enrolled(MENTOR, "mentee").enrolment_id
    assert enrolled(MENTEE, "mentee") == enrolled(MENTEE, "mentee")
