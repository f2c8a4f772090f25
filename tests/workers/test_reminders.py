"""Due reminders: sent once per cause, whatever happens on the way, and recorded with what became of them."""

import threading
from datetime import timedelta
from importlib import import_module
from uuid import uuid4

import pytest

from events.organisations import create_log
from events.subjects.batch import Undone
from events.subjects.person import PersonRegistered
from events.subjects.programme import ProgrammeClosed
from events.subjects.session import CommitmentKept, SessionHeld
from projections.effects import BEGUN, DONE
from projections.rebuild import rebuild
from projections.views.due import COMMITMENT, FEEDBACK, GOAL, NO_SESSION
from projections.waiting import work_waiting
from services.pipeline import Fact
from tests.workers.town import (
    NOW,
    Sink,
    Town,
    ago,
    context_on,
    found,
    late_town,
    outcomes,
    registered_pair,
    with_mail,
)
from workers.mail.errors import MailDelayed, MailRefused, MailUnknown
from workers.mail.outbox import Outbox
from workers.reminders.delivery import Retries
from workers.reminders.send import send_due

SORTS = sorted((COMMITMENT, FEEDBACK, GOAL, NO_SESSION))
ALL_SENT = [("reminder.sent", sort) for sort in SORTS]
ONCE = Retries(attempts=1)


def _waits(town):
    """What the sweep would find for the town at this moment."""
    found = [one for one in work_waiting(town.context.engine, NOW, "reports-planned/x") if one.org == town.org]
    return found[0] if found else None


def test_each_cause_is_mailed_to_those_concerned_and_recorded(context, sink):
    """Four causes: two concern both people, two only the mentee; the events name people, mails and cause."""
    town = late_town(context)
    assert {"sent": 4} == send_due(context, town.org, NOW)
    assert ALL_SENT == outcomes(town.reminders())
    assert 6 == len(set(sink.identities)) == len(sink.messages)
    by_sort = {one.data.sort: one for one in town.reminders()}
    assert (town.mentee,) == by_sort[COMMITMENT].data.to == by_sort[FEEDBACK].data.to
    assert {town.mentor, town.mentee} == set(by_sort[NO_SESSION].data.to) == set(by_sort[GOAL].data.to)
    assert set(sink.identities) == {one for event in by_sort.values() for one in event.data.message_ids}
    for event in by_sort.values():
        assert "system:reminders" == event.actor
        assert f"reminder:{event.data.cause_key}" == event.cause


def test_a_second_run_and_a_rebuild_send_nothing(context, sink):
    """What has an outcome is not due again, whether the views follow the log or are made anew."""
    town = late_town(context)
    send_due(context, town.org, NOW)
    for view in ("live", "due"):
        rebuild(context.engine, town.org, view)
    assert {} == send_due(context, town.org, NOW)
    assert 4 == len(town.reminders())
    assert 6 == len(sink.messages)


def test_views_that_forgot_what_was_sent_send_nothing(context, sink, monkeypatch):
    """With the view `due` as it was before the outcomes, each cause is checked in the log and left alone."""
    town = late_town(context)
    context.views.catch_up(town.org)
    stale = context.views.rows(town.org, "due", due_by=NOW)
    send_due(context, town.org, NOW)
    monkeypatch.setattr(type(context.views), "rows", lambda *_, after=None, **__: [] if after else stale)
    assert {"not_due": 4} == send_due(context, town.org, NOW)
    assert 6 == len(sink.messages)
    assert [] == context.effects.held(town.org, "relationship")


def test_workers_that_race_send_each_mail_once(module_database):
    """Eight workers at once on the same organisation: one mail per person and cause, one event per cause."""
    sink = Sink()
    with context_on(module_database.service_url, sink, pool_size=20) as context:
        town = late_town(context)
        start = threading.Barrier(8)

        def work():
            start.wait()
            send_due(context, town.org, NOW)

        threads = [threading.Thread(target=work) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert 6 == len(set(sink.identities)) == len(sink.messages)
        assert ALL_SENT == outcomes(town.reminders())


def test_what_is_not_due_yet_stays(context, sink):
    """A moment before the first due time nothing goes out."""
    town = late_town(context)
    assert {} == send_due(context, town.org, ago(25))
    assert [] == sink.messages == town.reminders()


def test_a_cause_that_was_settled_meanwhile_is_left_alone(context, sink, monkeypatch):
    """The view still shows the commitment, its owner has kept it: nobody hears of it."""
    town = late_town(context)
    context.views.catch_up(town.org)
    stale = context.views.rows(town.org, "due", due_by=NOW)
    commitment = next(row.body.about for row in stale if row.body.sort == COMMITMENT)
    town.record(town.stream, (CommitmentKept(commitment_id=commitment), ago(0.1)))
    monkeypatch.setattr(type(context.views), "rows", lambda *_, after=None, **__: [] if after else stale)
    assert {"sent": 3, "not_due": 1} == send_due(context, town.org, NOW)
    assert COMMITMENT not in {one.data.sort for one in town.reminders()}


def test_a_closed_programme_reminds_nobody(context, sink):
    """Each cause is recorded as suppressed, with the reason, and no mail leaves."""
    town = late_town(context)
    town.record(f"programme-{town.programme}", (ProgrammeClosed(), ago(1)))
    assert {"suppressed": 4} == send_due(context, town.org, NOW)
    assert {"the programme is closed"} == {one.data.reason for one in town.reminders()}
    assert [] == sink.messages


def test_people_without_an_address_are_said_to_have_none(context, sink):
    """Nobody can be reached: suppressed, with the reason."""
    town = late_town(context, emails=False)
    assert {"suppressed": 4} == send_due(context, town.org, NOW)
    assert {"nobody concerned has a mail address"} == {one.data.reason for one in town.reminders()}


def test_a_mail_server_that_is_down_is_tried_again_when_it_is_up(context, sink):
    """Put off and not recorded while it is down; three in a row end the run; sent once it is up."""
    town = late_town(context)
    down = with_mail(context, Sink(fault=MailDelayed("no connection")))
    assert {"waiting": 3} == send_due(down, town.org, NOW)
    assert [] == town.reminders()
    later = NOW + timedelta(hours=2)
    assert {"sent": 4} == send_due(context, town.org, later)
    assert ALL_SENT == outcomes(town.reminders())
    assert 6 == len(set(sink.identities)) == len(sink.messages)


def test_the_sweep_leaves_a_relationship_alone_until_the_next_try(context):
    """Due work is found, then not while every mail of the relationship waits, then again."""
    town = found(context)
    context.views.catch_up(town.org)
    assert _waits(town).reminders
    down = with_mail(context, Sink(fault=MailDelayed("no connection")))
    send_due(down, town.org, NOW)
    waits = _waits(town)
    assert waits is None or not waits.reminders
    later = work_waiting(context.engine, NOW + timedelta(minutes=2), "reports-planned/x")
    assert [True] == [one.reminders for one in later if one.org == town.org]


def test_a_mail_server_that_stays_down_is_given_up(context):
    """After the last attempt the outcome is failed, and says why."""
    town = found(context)
    down = with_mail(context, Sink(fault=MailDelayed("no connection")))
    assert {"failed": 1} == send_due(down, town.org, NOW, ONCE)
    [event] = town.reminders()
    assert ("failed", "given up after 1 attempts: no connection") == (event.data.outcome, event.data.reason)


def test_a_refused_address_fails_and_does_not_hide_a_mail_that_went_out(context, sink):
    """One of two is refused for good: sent, to the other alone."""
    town = found(context)

    class Picky(Sink):
        def send(self, message):
            if "ada" in str(message["To"]):
                raise MailRefused("the mail server refused the mail for good (550)")
            super().send(message)

    picky = Picky()
    assert {"sent": 1} == send_due(with_mail(context, picky), town.org, NOW)
    [event] = town.reminders()
    assert ("reminder.sent", (town.mentee,)) == (event.type, event.data.to)
    other = found(context)
    refused = with_mail(context, Sink(fault=MailRefused("refused")))
    assert {"failed": 1} == send_due(refused, other.org, NOW)


def test_a_mail_without_the_servers_last_word_is_unknown(context):
    """The connection ended after the content: recorded as unknown, not sent again."""
    town = found(context)
    unsure = with_mail(context, Sink(fault=MailUnknown("no word")))
    assert {"unknown": 1} == send_due(unsure, town.org, NOW)
    assert {} == send_due(context, town.org, NOW)


class Killed(BaseException):
    """Stands for SIGKILL: nothing of ours handles it."""


class DiesAfterSending(Sink):
    def send(self, message):
        super().send(message)
        raise Killed


def test_a_worker_killed_after_the_servers_word_leaves_unknown_not_a_second_mail(context, sink):
    """Between the server's 250 and our record: the next run says unknown for that person and mails the other."""
    town = found(context)
    dying = DiesAfterSending()
    with pytest.raises(Killed):
        send_due(with_mail(context, dying), town.org, NOW)
    assert [BEGUN] == [one.state for one in context.effects.below(town.org, town.stream) if one.state == BEGUN]
    assert {"sent": 1} == send_due(context, town.org, NOW)
    assert 1 == len(sink.messages) == len(dying.messages)
    assert set(sink.identities).isdisjoint(dying.identities)
    [event] = town.reminders()
    assert (town.mentee,) == event.data.to


def test_an_outbox_is_simply_written_again_after_a_kill(context, tmp_path):
    """The same file a second time does no harm, so both people have their mail and the outcome is sent."""
    town = found(context)

    class Dying(Outbox):
        def send(self, message):
            super().send(message)
            raise Killed

    with pytest.raises(Killed):
        send_due(with_mail(context, Dying(tmp_path)), town.org, NOW)
    assert {"sent": 1} == send_due(with_mail(context, Outbox(tmp_path)), town.org, NOW)
    assert 2 == len(list(tmp_path.iterdir()))
    assert {town.mentor, town.mentee} == set(town.reminders()[0].data.to)


def test_a_mail_sent_but_not_recorded_is_recorded_even_if_the_cause_is_gone(context, sink, monkeypatch):
    """Killed before the record, and the pair met meanwhile: it was sent, so it is written down as sent."""
    town = late_town(context)
    pipeline = type(context.pipeline)

    def killed(*_, **__):
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(pipeline, "handle", killed)
        with pytest.raises(Killed):
            send_due(context, town.org, NOW)
    [held] = context.effects.held(town.org, "relationship")
    sort = held.key.split("/")[1]
    before = len(sink.messages)
    assert before == sum(one.state == DONE for one in context.effects.below(town.org, held.key))
    town.record(f"programme-{town.programme}", (ProgrammeClosed(), ago(1)))
    send_due(context, town.org, NOW)
    assert ("reminder.sent", sort) in outcomes(town.reminders())
    assert before == len(sink.messages)


def test_an_unfinished_cause_is_found_after_its_row_has_gone(context):
    """Begun, killed, and then the pair met, so that no view shows it: the sweep finds it, unknown is recorded."""
    town = found(context)
    with pytest.raises(Killed):
        send_due(with_mail(context, DiesAfterSending()), town.org, NOW)
    met = SessionHeld(session_id=str(uuid4()), started_at=ago(1), ended_at=ago(0.9))
    town.record(town.stream, (met, ago(0.9)))
    context.views.catch_up(town.org)
    assert [] == context.views.rows(town.org, "due", due_by=NOW)
    later = work_waiting(context.engine, NOW + timedelta(minutes=2), "reports-planned/x")
    assert [True] == [one.reminders for one in later if one.org == town.org]
    assert {"unknown": 1} == send_due(context, town.org, NOW)
    assert [("reminder.failed", NO_SESSION)] == outcomes(town.reminders())
    assert [] == context.effects.held(town.org, "relationship")


def test_the_outcome_of_an_undone_relationship_has_nowhere_to_go(context):
    """Begun, killed, and the import taken back: nothing is recorded, nothing is left behind."""
    town = Town(context)
    create_log(context.engine, town.org)
    batch = str(uuid4())
    facts = [Fact(stream=town.stream, data=registered_pair(town), occurred_at=ago(60))]
    people = [
        Fact(
            stream=f"person-{town.mentor}",
            data=PersonRegistered(person_id=town.mentor, name="Ada", email="ada@town.test"),
            occurred_at=ago(60),
        )
    ]
    context.pipeline.record(town.org, people, actor="operator:test")
    context.pipeline.record(town.org, facts, actor="operator:test", cause=f"import:{batch}")
    with pytest.raises(Killed):
        send_due(with_mail(context, DiesAfterSending()), town.org, NOW)
    town.record(town.stream, (Undone(batch_id=batch), NOW))
    send_due(context, town.org, NOW)
    assert [] == town.reminders() == context.effects.held(town.org, "relationship")


def test_one_cause_that_fails_stops_no_other(context, sink, monkeypatch):
    """A fault of ours in one mail: the other causes go out, the failed one is put off and sent later."""
    town = late_town(context)
    module = import_module("workers.reminders.cause")
    real = module.text_of

    def broken(sort):
        if sort == GOAL:
            raise RuntimeError("broken text")
        return real(sort)

    monkeypatch.setattr(module, "text_of", broken)
    assert {"sent": 3, "error": 1} == send_due(context, town.org, NOW)
    monkeypatch.setattr(module, "text_of", real)
    assert {"sent": 1} == send_due(context, town.org, NOW + timedelta(hours=2))
    assert ALL_SENT == outcomes(town.reminders())
    assert 6 == len(set(sink.identities)) == len(sink.messages)


def test_two_organisations_with_the_same_ids_are_kept_apart(context, sink):
    """The same people and relationship in two organisations: each sends its own mails, under identities of its own."""
    one = late_town(context)
    other = late_town(context, like=one)
    assert {"sent": 4} == send_due(context, one.org, NOW)
    assert [] == other.reminders()
    assert {"sent": 4} == send_due(context, other.org, NOW)
    assert 12 == len(set(sink.identities)) == len(sink.messages)
