"""People's entries: registered, corrected."""

import pytest

from events.subjects.person import ContactCorrected, PersonRegistered
from projections.subjects.person import FOLD
from services.decisions.person import CorrectContact, RegisterPerson
from tests.specs.spec import day, given

A = "0b6f3b0e-6a55-4d0c-9a53-0a4c5f1b7c11"
REGISTERED = PersonRegistered(person_id=A, name="Ada Birch", email="Ada@Example.org ", zone="Europe/Oslo")
REGISTER = RegisterPerson(person_id=A, name="Ada Birch", email="Ada@Example.org ", zone="Europe/Oslo")


def test_a_person_is_registered_as_written():
    """The entry keeps the writing; the same again changes nothing."""
    state = given("person").when(REGISTER).then(REGISTERED)
    assert ("registered", "Ada@Example.org ") == (state.status, state.email)
    given("person", REGISTERED).when(REGISTER).then()


def test_an_address_belongs_to_one_person_however_it_is_spelled():
    """Case and outer spaces don't make another address; no address claims nothing."""
    assert {"email/ada@example.org"} == FOLD.claims(given("person", REGISTERED).state)
    nobody = PersonRegistered(person_id=A, name="Ada Birch")
    assert not FOLD.claims(given("person", nobody).state)


def test_a_corrected_address_is_the_one_that_is_taken():
    """The former address is free again."""
    corrected = ContactCorrected(fields=("email",), email="birch@example.org")
    assert {"email/birch@example.org"} == FOLD.claims(given("person", REGISTERED, corrected).state)


def test_an_id_belongs_to_one_person():
    """Another person needs another id."""
    other = RegisterPerson(person_id=A, name="Bo Elm")
    given("person", REGISTERED).when(other).refused("person_exists")


@pytest.mark.parametrize("email", ("ada", "@example.org", "ada@", "a b@example.org", "a@b@c", "a" * 250 + "@b.org"))
def test_what_is_no_address_is_refused(email):
    """Only what no mail server could take; whether mail arrives, only mail can tell."""
    malformed = RegisterPerson(person_id=A, name="Ada Birch", email=email)
    given("person").when(malformed).refused("address_malformed")


def test_a_time_zone_exists():
    """A name that the zone database has not is refused, at registration and at correction."""
    given("person").when(RegisterPerson(person_id=A, name="Ada", zone="Mars/North")).refused("unknown_zone")
    wrong = CorrectContact(person_id=A, zone="CEST-ish")
    given("person", REGISTERED).when(wrong).refused("unknown_zone")


def test_a_person_has_a_name():
    """Blank is no name, and nobody's is longer than 200 characters."""
    given("person").when(RegisterPerson(person_id=A, name="")).refused("name_missing")
    given("person").when(RegisterPerson(person_id=A, name="x" * 201)).refused("text_too_long")


def test_a_correction_names_what_it_changes():
    """Only what differs is in the event, and it says what had been empty."""
    before = PersonRegistered(person_id=A, name="Ada Brich")
    correct = CorrectContact(person_id=A, name="Ada Birch", email="ada@example.org", zone="UTC")
    state = (
        given("person", before)
        .when(correct)
        .then(
            ContactCorrected(fields=("name", "email"), name="Ada Birch", email="ada@example.org", filled_in=("email",))
        )
    )
    assert ("Ada Birch", 1) == (state.name, state.corrections)


def test_a_correction_that_changes_nothing_is_no_event():
    """The entry says so already."""
    given("person", REGISTERED).when(CorrectContact(person_id=A, name="Ada Birch")).then()


def test_a_correction_gives_something():
    """Without a value there is nothing to correct."""
    given("person", REGISTERED).when(CorrectContact(person_id=A)).refused("nothing_to_correct")


def test_only_somebody_known_is_corrected():
    """An unknown person is not found."""
    given("person").when(CorrectContact(person_id=A, name="Ada")).refused("unknown_person")


def test_a_correction_cannot_lie_before_what_it_corrects():
    """It would have no effect."""
    early = CorrectContact(person_id=A, name="Ada Elm", occurred_at=day("2025-01-01"))
    given("person", (REGISTERED, "2026-01-01")).when(early).refused("before_last_change")


def test_a_value_that_the_source_did_not_give_leaves_what_is_known():
    """The correction counts, and the entry stays."""
    state = given("person", REGISTERED, ContactCorrected(fields=("email",))).state
    assert ("Ada@Example.org ", 1) == (state.email, state.corrections)


def test_an_older_correction_that_arrives_late_does_not_win():
    """What was said last in the world counts."""
    late = (ContactCorrected(fields=("name",), name="Ada B."), "2025-01-01")
    assert "Ada Birch" == given("person", (REGISTERED, "2026-01-01"), late).state.name
