"""Programmes: created, renamed, ruled, opened, closed, and their dates."""

from datetime import date

import pytest

from events.subjects.programme import (
    DeadlineRemoved,
    DeadlineSet,
    Policy,
    PolicyRevised,
    ProgrammeClosed,
    ProgrammeCreated,
    ProgrammeOpened,
    ProgrammeRenamed,
    StatusNoted,
)
from projections.fold import Card
from projections.subjects.programme import FOLD
from services.decisions.programme import (
    CloseProgramme,
    CreateProgramme,
    OpenProgramme,
    RenameProgramme,
    RevisePolicy,
    SetDeadline,
)
from tests.specs.pair import P
from tests.specs.setting import CREATED
from tests.specs.spec import day, given


def test_a_programme_is_created_and_not_yet_open():
    """It begins planned, with rules of version 1 whatever number they bring."""
    create = CreateProgramme(programme_id=P, name="Spring", policy=Policy(version=9, cadence_days=7))
    state = (
        given("programme")
        .when(create)
        .then(ProgrammeCreated(programme_id=P, name="Spring", policy=Policy(version=1, cadence_days=7)))
    )
    assert ("planned", 1) == (state.status, state.policy.version)


def test_the_card_of_a_programme_is_its_own_scope():
    """Lists find it by its id and its name."""
    assert Card(scope=P, status="planned", label="Spring") == FOLD.card(given("programme", CREATED).state)


def test_creating_the_same_programme_again_changes_nothing():
    """The same id with the same content is the same programme."""
    given("programme", CREATED).when(CreateProgramme(programme_id=P, name="Spring")).then()


def test_an_id_belongs_to_one_programme():
    """Another programme needs another id."""
    create = CreateProgramme(programme_id=P, name="Autumn")
    given("programme", CREATED).when(create).refused("programme_exists")


def test_a_programme_needs_a_name():
    """Blank is no name."""
    given("programme").when(CreateProgramme(programme_id=P, name="  ")).refused("name_missing")


@pytest.mark.parametrize(("name", "code"), (("x" * 201, "text_too_long"), ("a\0b", "text_has_nul")))
def test_a_name_can_be_stored(name, code):
    """A name is at most 200 characters, none of them NUL."""
    given("programme").when(CreateProgramme(programme_id=P, name=name)).refused(code)


def test_a_term_ends_after_it_begins():
    """A last day before the first is a mistake."""
    create = CreateProgramme(programme_id=P, name="Spring", starts_on=date(2026, 3, 2), ends_on=date(2026, 3, 1))
    given("programme").when(create).refused("ends_before_start")


@pytest.mark.parametrize(
    ("policy", "code"),
    (
        (Policy(cadence_days=0), "cadence_out_of_range"),
        (Policy(cadence_days=366), "cadence_out_of_range"),
        (Policy(feedback_days=91), "feedback_days_out_of_range"),
        (Policy(mentor_capacity=0), "capacity_out_of_range"),
        (Policy(cultivation_needs=("fit", "luck")), "unknown_need"),
        (Policy(report_every="hour"), "unknown_rhythm"),
    ),
)
def test_rules_are_possible(policy, code):
    """Numbers and words that no programme can mean are refused, at creation and later."""
    given("programme").when(CreateProgramme(programme_id=P, name="Spring", policy=policy)).refused(code)
    given("programme", CREATED).when(RevisePolicy(programme_id=P, policy=policy)).refused(code)


def test_revised_rules_get_the_next_version():
    """The version counts up by one."""
    revise = RevisePolicy(programme_id=P, policy=Policy(version=7, mentor_capacity=2))
    given("programme", CREATED).when(revise).then(PolicyRevised(policy=Policy(version=2, mentor_capacity=2)))


def test_the_same_rules_are_no_revision():
    """Only the version number differs: nothing changes."""
    given("programme", CREATED).when(RevisePolicy(programme_id=P, policy=Policy(version=5))).then()


def test_a_programme_gets_another_name_and_term():
    """Renaming says the whole of both; the same again changes nothing."""
    renamed = ProgrammeRenamed(name="Spring 26", starts_on=date(2026, 3, 1))
    rename = RenameProgramme(programme_id=P, name="Spring 26", starts_on=date(2026, 3, 1))
    state = given("programme", CREATED).when(rename).then(renamed)
    assert ("Spring 26", date(2026, 3, 1), None) == (state.name, state.starts_on, state.ends_on)
    given("programme", CREATED, renamed).when(rename).then()


def test_a_programme_opens_closes_and_opens_again():
    """Each step once; closing what is closed and opening what is open changes nothing."""
    reopen, close = OpenProgramme(programme_id=P), CloseProgramme(programme_id=P, reason="full")
    opened, closed = ProgrammeOpened(), ProgrammeClosed(reason="full")
    assert "open" == given("programme", CREATED).when(reopen).then(opened).status
    given("programme", CREATED, opened).when(reopen).then()
    assert "closed" == given("programme", CREATED, opened).when(close).then(closed).status
    given("programme", CREATED, opened, closed).when(close).then()
    given("programme", CREATED, opened, closed).when(reopen).then(opened)


def test_only_an_open_programme_closes():
    """One that never opened has nothing to close."""
    given("programme", CREATED).when(CloseProgramme(programme_id=P)).refused("programme_not_open")


def test_a_deadline_remembers_its_former_text():
    """Organisers write dates as free text, and the event says what stood there before."""
    first = DeadlineSet(activity="applications", text="mid April")
    move = SetDeadline(programme_id=P, activity="applications", text="end of April")
    after = (
        given("programme", CREATED, first)
        .when(move)
        .then(DeadlineSet(activity="applications", text="end of April", was="mid April"))
    )
    assert "end of April" == after.deadlines["applications"].text
    again = SetDeadline(programme_id=P, activity="applications", text="mid April")
    given("programme", CREATED, first).when(again).then()


def test_a_deadline_says_what_and_when():
    """Half of it is of no use."""
    empty = SetDeadline(programme_id=P, activity="applications", text=" ")
    given("programme", CREATED).when(empty).refused("deadline_empty")


def test_a_programme_that_was_never_created_is_not_found():
    """An unknown id, or another organisation's, is simply not there."""
    given("programme").when(OpenProgramme(programme_id=P)).refused("unknown_programme")


def test_a_change_cannot_lie_before_the_one_it_changes():
    """It would have no effect, so it is refused and says so."""
    early = CloseProgramme(programme_id=P, occurred_at=day("2026-01-01"))
    opened = (ProgrammeOpened(), "2026-02-01")
    given("programme", (CREATED, "2026-01-15"), opened).when(early).refused("before_last_change")


def test_late_facts_do_not_undo_later_ones():
    """What happened last counts, not what was written down last."""
    state = given(
        "programme",
        (CREATED, "2026-02-01"),
        (ProgrammeOpened(), "2026-02-02"),
        (ProgrammeClosed(), "2026-01-05"),
        (ProgrammeRenamed(name="Old name"), "2026-01-05"),
        (DeadlineSet(activity="matching", text="in May"), "2026-02-02"),
        (DeadlineRemoved(activity="matching", was="in April"), "2026-01-05"),
        (StatusNoted(text="Ongoing", source="index page"), "2026-02-02"),
        (StatusNoted(text="Planned", source="index page"), "2026-01-05"),
        (PolicyRevised(policy=Policy(version=2, cadence_days=30)), "2026-01-05"),
    ).state
    assert ("open", "Spring", 14) == (state.status, state.name, state.policy.cadence_days)
    assert ("in May", "Ongoing") == (state.deadlines["matching"].text, state.noted["index page"].text)
