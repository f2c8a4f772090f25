"""The nightly audit: once a night, an event each time, a mail when something is wrong."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from events.checkpointing import checkpoint
from events.organisations import known_platform_log, platform_log
from events.proof.checkpoint import origin_of
from events.subjects.goal import GoalSet
from events.subjects.log import Audited
from projections.queries import Queries
from projections.waiting import work_waiting
from tests.conftest import Database
from tests.events.rows import change
from tests.signing import MemorySigner
from tests.workers.town import Sink, Town, ago, context_on, found
from workers.audit import BEGINS, audit_nightly, audit_platform, night_of
from workers.context import Context
from workers.mail.errors import MailDelayed, MailRefused

NIGHT = datetime.now(UTC).replace(hour=3, minute=0) + timedelta(days=1)
OPERATOR = "operator@town.test"


@pytest.fixture
def sink() -> Sink:
    return Sink()


@pytest.fixture
def context(module_database: Database, sink: Sink) -> Iterator[Context]:
    with context_on(module_database.service_url, sink) as made:
        yield replace(made, signer=MemorySigner(), alerts=OPERATOR)


@pytest.fixture
def town(context: Context) -> Town:
    """An organisation whose log is signed."""
    made = found(context)
    assert context.signer is not None
    checkpoint(context.tree, context.signer, made.org)
    return made


def audits(town: Town) -> list[Audited]:
    """What the log says of its audits."""
    return [one.data for one in town.events(Audited.TYPE)]


def due(town: Town, now: datetime) -> bool:
    """Whether the sweep would have the audit done."""
    waiting = work_waiting(town.context.engine, now, "none", night=night_of(now))
    return any(one.audit for one in waiting if one.org == town.org)


def tampered(town: Town, database: Database) -> None:
    """Change a record as the owner of the tables can."""
    statement = "UPDATE events SET record = convert_to(convert_from(record, 'UTF8') || ' ', 'UTF8') WHERE position = 1"
    assert 1 == change(database.owner_url, town.org, statement)


def test_a_sound_log_is_noted_as_such(town: Town, sink: Sink) -> None:
    """The event has size and root, no finding; nobody gets mail."""
    done = audit_nightly(town.context, town.org, NIGHT)
    assert [Audited(size=done.records, root=done.root.hex(), records=done.records)] == audits(town)
    assert [] == sink.messages
    state = Queries(town.context.engine, town.context.log).one(town.org, f"log-{town.org}")
    assert state is not None
    assert () == state.state.findings


def test_what_is_wrong_is_recorded_and_mailed_once(town: Town, sink: Sink, module_database: Database) -> None:
    """One event and one mail for the night, whatever runs twice; the next night says it again."""
    tampered(town, module_database)
    for _ in range(2):
        assert audit_nightly(town.context, town.org, NIGHT).found > 0
    assert 1 == len(audits(town))
    assert any("leaf hash" in one for one in audits(town)[0].findings)
    assert 1 == len(set(sink.identities))
    assert OPERATOR in str(sink.messages[0]["To"])
    audit_nightly(town.context, town.org, NIGHT + timedelta(days=1))
    assert (2, 2) == (len(audits(town)), len(set(sink.identities)))


def test_a_view_that_differs_is_no_reason_to_stop_writing(town: Town, sink: Sink, module_database: Database) -> None:
    """The mail says that no record is touched and how the view is made anew; a changed record is another matter."""
    town.context.views.catch_up(town.org)
    assert 0 < change(module_database.owner_url, town.org, "DELETE FROM view_rows WHERE view = 'overview'")
    audit_nightly(town.context, town.org, NIGHT)
    assert "No record is touched." in str(sink.messages[0])
    tampered(town, module_database)
    audit_nightly(town.context, town.org, NIGHT + timedelta(days=1))
    assert "No record is touched." not in str(sink.messages[1])


def test_the_signers_memory_counts_for_more_than_the_tables(town: Town, module_database: Database) -> None:
    """Records taken away at the end, with head and checkpoints made to fit, are missed by the signer alone."""
    url = module_database.owner_url
    change(url, town.org, "DELETE FROM checkpoints")
    change(url, town.org, "DELETE FROM events WHERE position = (SELECT max(position) FROM events)")
    change(url, town.org, "UPDATE log_heads SET size = size - 1")
    done = audit_nightly(town.context, town.org, NIGHT)
    assert "log_shorter" in {one.code for one in done.findings}
    without = audit_nightly(replace(town.context, signer=None), town.org, NIGHT + timedelta(days=1))
    assert "log_shorter" not in {one.code for one in without.findings}


def test_the_log_may_be_ahead_of_what_is_signed(town: Town) -> None:
    """Events after the last signature are no fault."""
    town.record(town.stream, (GoalSet(goal_id="00000000-0000-4000-8000-000000000009", specific="More"), ago(1)))
    assert town.context.signer is not None
    assert town.context.signer.state(origin_of(town.org)).size < town.context.log.size(town.org)
    assert [] == audit_nightly(town.context, town.org, NIGHT).findings


def test_the_audit_is_due_once_a_night(town: Town) -> None:
    """Not on the day on which the organisation came; then until it is done, and again the next night."""
    today = datetime.now(UTC)
    assert not due(town, today)
    assert due(town, NIGHT)
    audit_nightly(town.context, town.org, NIGHT)
    assert not due(town, NIGHT + timedelta(hours=5))
    assert due(town, NIGHT + timedelta(days=1))


def test_an_audit_that_was_cut_off_is_begun_again(town: Town) -> None:
    """Within the hour somebody may be at it; after that it is done anew."""
    town.context.effects.begin(town.org, night_of(NIGHT).effect, NIGHT)
    assert not due(town, NIGHT + timedelta(minutes=59))
    assert due(town, NIGHT + timedelta(minutes=61))


def test_a_mail_that_has_to_wait_is_tried_again(town: Town, module_database: Database) -> None:
    """The audit is not done until somebody was told; a refused address does not hold it up."""
    tampered(town, module_database)
    waiting, refused = Sink(fault=MailDelayed("the server is away")), Sink(fault=MailRefused("no such address"))
    audit_nightly(replace(town.context, mail=waiting), town.org, NIGHT)
    assert not due(town, NIGHT + timedelta(seconds=20))
    assert due(town, NIGHT + timedelta(minutes=5))
    audit_nightly(replace(town.context, mail=refused), town.org, NIGHT + timedelta(minutes=5))
    assert not due(town, NIGHT + timedelta(hours=2))


def test_a_halted_log_is_audited_all_the_same(town: Town, sink: Sink, module_database: Database) -> None:
    """It takes no event, but people are told."""
    tampered(town, module_database)
    town.context.tree.halt(town.org, "history was changed")
    assert due(town, NIGHT)
    audit_nightly(town.context, town.org, NIGHT)
    assert [] == audits(town)
    assert 1 == len(sink.messages)
    assert not due(town, NIGHT + timedelta(hours=2))


def test_the_installations_own_log_is_audited_too(context: Context, sink: Sink, module_database: Database) -> None:
    """Once a night, like the others; before there is one there is nothing to do."""
    if known_platform_log(context.engine) is None:
        assert audit_platform(context, NIGHT) is None
    platform = platform_log(context.engine)
    done = audit_platform(context, NIGHT)
    assert done is not None
    assert ([], 0) == (done.findings, done.records)
    assert audit_platform(context, NIGHT + timedelta(hours=1)) is None
    assert 1 == change(module_database.owner_url, platform, "UPDATE events SET type = 'goal.set' WHERE position = 0")
    again = audit_platform(context, NIGHT + timedelta(days=1))
    assert again is not None
    assert "column_differs" in {one.code for one in again.findings}
    assert 1 == len(sink.messages)


@pytest.mark.parametrize(
    ("moment", "date"),
    (
        (datetime(2026, 3, 2, 1, 59, tzinfo=UTC), "2026-03-01"),
        (datetime(2026, 3, 2, 2, 0, tzinfo=UTC), "2026-03-02"),
        (datetime(2026, 3, 2, 23, 59, tzinfo=UTC), "2026-03-02"),
    ),
)
def test_a_night_has_one_name(moment: datetime, date: str) -> None:
    """Before the hour at which audits begin it is still the night before."""
    night = night_of(moment)
    assert f"audit/{date}" == night.effect
    assert datetime.combine(datetime.fromisoformat(date).date(), BEGINS, UTC) == night.begins
