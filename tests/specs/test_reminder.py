"""How the outcome of a reminder is written down: once per cause."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from events.event import Event
from events.subjects.reminder import ReminderFailed, ReminderSent, ReminderSuppressed
from services.decisions.reminder import RecordReminder
from tests.specs.pair import MENTEE, OVER, RUNNING, R
from tests.specs.spec import given

DUE = datetime(2026, 2, 28, 9, tzinfo=UTC)
KEY = "commitment_overdue/c1/2026-02-27"
SORT = "commitment_overdue"
SENT = ReminderSent(cause_key=KEY, sort=SORT, due_at=DUE, to=(MENTEE,), message_ids=("<a@b>",))


def record(outcome: str, **fields: object) -> RecordReminder:
    """The outcome of the cause."""
    usual = {"cause_key": KEY, "sort": SORT, "due_at": DUE, "outcome": outcome}
    return RecordReminder(relationship_id=R, **{**usual, **fields})  # type: ignore[arg-type]  # any field of it


def test_a_sent_reminder_names_its_people_and_messages() -> None:
    """Sent is recorded with the people and the ids of the mails."""
    command = record("sent", to=(MENTEE,), message_ids=("<a@b>",))
    reminders = given("relationship", RUNNING).when(command).then(SENT).reminders
    assert {KEY: "sent"} == reminders.outcomes
    given("relationship", RUNNING).when(record("sent")).refused("nobody_reminded")


@pytest.mark.parametrize(
    ("outcome", "event"),
    (
        ("suppressed", ReminderSuppressed(cause_key=KEY, sort=SORT, due_at=DUE, reason="no address")),
        (
            "failed",
            ReminderFailed(cause_key=KEY, sort=SORT, due_at=DUE, outcome="failed", reason="no address"),
        ),
        (
            "unknown",
            ReminderFailed(cause_key=KEY, sort=SORT, due_at=DUE, outcome="unknown", reason="no address"),
        ),
    ),
)
def test_a_reminder_that_was_not_sent_says_why(outcome: str, event: Event) -> None:
    """Suppressed, failed and unknown are three honest outcomes, each with a reason."""
    scene = given("relationship", RUNNING)
    assert {KEY: outcome} == scene.when(record(outcome, reason="no address")).then(event).reminders.outcomes
    scene.when(record(outcome)).refused("reason_required")


def test_a_cause_has_one_outcome() -> None:
    """Whatever comes after the first outcome of a cause changes nothing."""
    given("relationship", RUNNING, SENT).when(record("failed", reason="late")).then()


def test_an_outcome_of_another_name_is_refused() -> None:
    """There are four outcomes."""
    given("relationship", RUNNING).when(record("lost")).refused("unknown_outcome")


def test_a_mail_that_went_out_is_recorded_though_the_relationship_is_over() -> None:
    """The record says what was done, even when the relationship ended between sending and recording."""
    command = record("sent", to=(MENTEE,), message_ids=("<a@b>",))
    given("relationship", *OVER).when(command).then(SENT)
    given("relationship").when(command).refused("unknown_relationship")
