"""Logs are signed soon after they grow, whoever is away meanwhile; now and then they say how their streams ended."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import event

from events.checkpointing import SignerState
from events.errors import LogHalted, SignerUnavailable
from events.proof.programmes import programmes_root
from events.proof.streams import streams_root
from events.subjects.goal import GoalSet
from events.subjects.log import Anchored
from projections.live import Live
from projections.waiting import work_waiting
from services.pipeline import Fact
from services.streams import log_stream, streams_root_due, take_streams_root
from tests.events.rows import change
from tests.signing import MemorySigner
from tests.workers.processes import until
from tests.workers.town import NOW, Town, ago, found, late_town
from workers import jobs
from workers.checkpoints import make_checkpoint
from workers.context import Context, provide
from workers.queues import CHECKPOINTS, connect, job_id, queue_of
from workers.reports.schedule import planned_key
from workers.sweep import Sweep

TOMORROW = NOW + timedelta(days=1, hours=1)  # an hour for the tests that ran before these


class Away(MemorySigner):
    """A signer that does not answer; it counts who asks."""

    def state(self, origin: str) -> SignerState:
        self.asked += 1
        raise SignerUnavailable("It does not answer.")


@pytest.fixture
def signer() -> MemorySigner:
    return MemorySigner()


@pytest.fixture
def signing(context: Context, signer: MemorySigner) -> Context:
    """A context whose logs are signed."""
    return replace(context, signer=signer)


@pytest.fixture
def connection(redis_url: str):
    with connect(redis_url) as client:
        yield client


def waiting(context: Context, org: UUID, now: datetime = NOW) -> bool:
    """Whether the sweep's query names the log as one to be signed."""
    asked = work_waiting(context.engine, now, planned_key(now), signed=True)
    return any(one.checkpoints for one in asked if one.org == org)


def goal(town: Town) -> None:
    """One event more of the relationship."""
    town.record(town.stream, (GoalSet(goal_id="later", specific="Rest"), ago(1)))


def signed_size(context: Context, org: UUID) -> int:
    """How much of the log is signed."""
    latest = context.tree.latest(org)
    return latest.size if latest else 0


def test_a_log_that_grew_is_found_until_it_is_signed(signing, connection) -> None:
    """A job for its checkpoint is made; once that is there, nothing is left to do until it grows again."""
    town = found(signing)
    Sweep(signing, connection).once(NOW)
    assert job_id(CHECKPOINTS, town.org) in queue_of("effects", connection).job_ids
    assert make_checkpoint(signing, town.org, NOW) is not None
    assert signing.log.size(town.org) == signed_size(signing, town.org)
    assert not waiting(signing, town.org)
    assert make_checkpoint(signing, town.org, NOW) is None
    goal(town)
    assert waiting(signing, town.org)


def test_without_a_signer_nothing_is_signed(context, connection) -> None:
    """No job, no checkpoint, no note in the log."""
    town = found(context)
    Sweep(context, connection).once(NOW)
    assert job_id(CHECKPOINTS, town.org) not in queue_of("effects", connection).job_ids
    assert make_checkpoint(context, town.org, TOMORROW) is None
    assert [] == town.events("log.streams_root")


def test_the_job_signs(signing, monkeypatch) -> None:
    """Called by its name with an id, as RQ does; the signer's absence is no failed job."""
    town = found(signing)
    monkeypatch.setattr("workers.context._factories", [])
    provide(lambda: signing)
    module, _, name = CHECKPOINTS.function.rpartition(".")
    assert jobs.__name__ == module
    getattr(jobs, name)(str(town.org))
    assert signing.log.size(town.org) == signed_size(signing, town.org)
    goal(town)
    provide(lambda: replace(signing, signer=Away()))
    jobs.make_checkpoint(str(town.org))
    assert waiting(signing, town.org)


def test_without_redis_the_sweep_signs_itself(signing, unused_redis) -> None:
    """Every log that grew."""
    towns = [late_town(signing), found(signing)]
    Sweep(signing, connect(unused_redis, 0.2)).once(NOW)
    assert [True, True] == [0 < signed_size(signing, town.org) for town in towns]


def test_a_signer_that_is_away_is_waited_for_once_and_delays_no_mail(context, sink, unused_redis) -> None:
    """Neither Redis nor signer: reminders go out, and of all logs one asked."""
    late_town(context)
    found(context)
    away = Away()
    sweep = Sweep(replace(context, signer=away), connect(unused_redis, 0.2))
    sweep.once(NOW)
    assert 1 == away.asked
    sweep.once(NOW)
    assert 2 == away.asked
    assert sink.messages


def test_a_restored_log_is_halted_by_the_first_sweep(signing, signer, module_database, redis_url) -> None:
    """Nobody has written to it yet: the sizes differ. What ends with an append is left alone then, the others go on."""
    town, other = late_town(signing), found(signing)
    for one in (town, other):
        make_checkpoint(signing, one.org, NOW)
    change(module_database.owner_url, town.org, "DELETE FROM checkpoints")
    size = signing.log.size(town.org) - 1
    change(module_database.owner_url, town.org, "DELETE FROM events WHERE position = %s", size)
    change(module_database.owner_url, town.org, "UPDATE log_heads SET size = %s", size)
    stop = threading.Event()
    with connect(redis_url) as connection:
        thread = threading.Thread(target=Sweep(signing, connection).run, args=(stop, 0.05))
        thread.start()
        try:
            until(lambda: signing.tree.halted(town.org))
        finally:
            stop.set()
            thread.join(10)
    with pytest.raises(LogHalted):
        goal(town)
    signing.views.catch_up(town.org)
    assert [] == [one for one in work_waiting(signing.engine, TOMORROW, "x", signed=True) if one.org == town.org]
    goal(other)
    assert make_checkpoint(signing, other.org, NOW) is not None
    assert make_checkpoint(signing, town.org, NOW) is None


def test_the_sweep_compares_again_while_the_signer_is_away(context, redis_url: str) -> None:
    """The comparison at the start is made up for."""
    found(context)

    class Late(MemorySigner):
        def state(self, origin: str) -> SignerState:
            self.asked += 1
            if self.asked == 1:
                raise SignerUnavailable("It does not answer yet.")
            return super().state(origin)

    late = Late()
    stop = threading.Event()
    with connect(redis_url) as connection:
        sweep = Sweep(replace(context, signer=late), connection)
        thread = threading.Thread(target=sweep.run, args=(stop, 0.02))
        thread.start()
        try:
            until(lambda: late.asked > 1)
        finally:
            stop.set()
            thread.join(10)
    assert not thread.is_alive()


def test_a_day_old_log_says_how_its_streams_ended(signing, signer) -> None:
    """Once a day while anything but its own notes comes in; the roots are signed with the next checkpoint."""
    town = found(signing)
    make_checkpoint(signing, town.org, NOW)
    assert [] == town.events("log.streams_root")
    assert not waiting(signing, town.org, NOW)
    assert waiting(signing, town.org, TOMORROW)
    size = signing.log.size(town.org)
    expected = streams_root(signing.tree.stream_heads(town.org, size - 1)).hex()
    memberships = list(signing.tree.memberships(town.org, size - 1))
    assert memberships
    make_checkpoint(signing, town.org, TOMORROW)
    (taken,) = town.events("log.streams_root")
    assert (size, size, expected) == (taken.position, taken.data.size, taken.data.root)
    assert programmes_root(memberships).hex() == taken.data.programmes_root
    assert size + 1 == signed_size(signing, town.org)
    for later in (TOMORROW, TOMORROW + timedelta(days=9)):
        assert not waiting(signing, town.org, later)
        assert not streams_root_due(signing.log, town.org, later)


def test_the_logs_own_notes_ask_for_no_streams_root(signing) -> None:
    """An anchor is no news; an event is, a day after the last root."""
    town = found(signing)
    make_checkpoint(signing, town.org, TOMORROW)
    anchored = Anchored(kind="tsa", size=1, root="0" * 64, token_sha256="0" * 64)
    signing.pipeline.record(
        town.org, [Fact(stream=log_stream(town.org), data=anchored, occurred_at=NOW)], actor="worker:test"
    )
    later = TOMORROW + timedelta(days=1, minutes=1)
    assert not streams_root_due(signing.log, town.org, later)
    make_checkpoint(signing, town.org, later)
    assert not waiting(signing, town.org, later)
    goal(town)
    make_checkpoint(signing, town.org, TOMORROW + timedelta(hours=23))
    assert 1 == len(town.events("log.streams_root"))
    assert not waiting(signing, town.org, TOMORROW + timedelta(hours=23))
    assert waiting(signing, town.org, later)
    make_checkpoint(signing, town.org, later)
    assert 2 == len(town.events("log.streams_root"))
    assert not waiting(signing, town.org, later + timedelta(days=2))


def test_a_streams_root_stands_behind_what_it_covers(signing) -> None:
    """Somebody writes between the reading and the append: it is taken again, and the log's own state knows the last."""
    town = found(signing)

    class Interrupted:
        rounds = 0

        def size(self, org: UUID) -> int:
            return int(signing.tree.size(org))

        def stream_heads(self, org: UUID, upto_position: int):
            yield from signing.tree.stream_heads(org, upto_position)
            self.rounds += 1
            if self.rounds == 1:
                goal(town)

        def memberships(self, org: UUID, upto_position: int):
            yield from signing.tree.memberships(org, upto_position)

    taken = take_streams_root(signing.pipeline, Interrupted(), town.org, NOW, actor="worker:test")
    assert taken.position == taken.size == signing.log.size(town.org) - 1
    state = Live(signing.log).load(town.org, [log_stream(town.org)])[0][log_stream(town.org)].state
    assert (taken.size, taken.root.hex(), 1) == (state.streams.size, state.streams.root, state.since)


def test_signed_logs_without_news_cost_one_query(signing) -> None:
    """However many there are: one statement, and nobody asks the signer."""
    towns = [found(signing) for _ in range(5)]
    for town in towns:
        make_checkpoint(signing, town.org, NOW)
        signing.views.catch_up(town.org)
    statements: list[str] = []
    event.listen(signing.engine, "before_cursor_execute", lambda *words: statements.append(words[2]))
    asked = work_waiting(signing.engine, NOW, planned_key(NOW), signed=True)
    assert 1 == len(statements)
    assert [] == [one for one in asked if one.checkpoints and one.org in {town.org for town in towns}]
