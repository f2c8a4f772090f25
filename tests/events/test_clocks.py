"""Clocks, unknown organisations, and that a refusal leaves nothing behind."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from events.append import Claim
from events.errors import (
    ClockJump,
    EventsError,
    UnknownOrganisation,
)
from events.log import Log
from tests.conftest import Database
from tests.events.rows import change, everything_of, rows
from tests.events.samples import append, goal, new_stream, write

MINUTE = timedelta(minutes=1)


def _shift(database: Database, org: UUID, by: timedelta) -> datetime:
    """Pretend that the last record was stamped so far from now."""
    moment = datetime.now(UTC) + by
    assert 1 == change(database.owner_url, org, "UPDATE log_heads SET last_recorded_at = %s", moment)
    return moment


def test_a_database_clock_far_behind_the_log_is_refused(
    log: Log, org: UUID, url: str, module_database: Database
) -> None:
    """A clock that was set back, or a stamp from the future, is not written into the log for ever."""
    log.append(org, append(write(new_stream(), goal())))
    _shift(module_database, org, timedelta(hours=1))
    before = everything_of(url, org)
    with pytest.raises(ClockJump) as caught:
        log.append(org, append(write(new_stream(), goal())))
    assert "NTP" in caught.value.message
    assert before == everything_of(url, org)


def test_a_database_clock_slightly_behind_the_log_waits_and_is_counted(
    log: Log, org: UUID, url: str, module_database: Database
) -> None:
    """Within five minutes the last stamp is taken again: order holds, and the count says that it happened."""
    moment = _shift(module_database, org, 2 * MINUTE)
    done = [log.append(org, append(write(new_stream(), goal()))).recorded_at for _ in range(2)]
    assert [moment, moment] == done == [event.recorded_at for event in log.read(org)]
    assert [(moment, 2)] == rows(url, org, "SELECT last_recorded_at, clamped FROM log_heads")
    _shift(module_database, org, -MINUTE)
    log.append(org, append(write(new_stream(), goal())))
    assert [(2,)] == rows(url, org, "SELECT clamped FROM log_heads")


def test_a_log_at_rest_is_no_clock_jump(log: Log, org: UUID, module_database: Database) -> None:
    """An organisation that wrote its last event years ago goes on."""
    _shift(module_database, org, timedelta(days=-3000))
    assert log.append(org, append(write(new_stream(), goal()))).recorded_at is not None


@pytest.mark.parametrize("by", (timedelta(minutes=6), -timedelta(minutes=6), timedelta(days=400)))
def test_a_wrong_service_clock_is_refused(log: Log, org: UUID, url: str, by: timedelta) -> None:
    """A service whose clock is off would refuse or let in what it should not: it is told, and nothing is written."""
    before = everything_of(url, org)
    with pytest.raises(ClockJump) as caught:
        log.append(org, append(write(new_stream(), goal()), now=datetime.now(UTC) + by))
    assert "service clock" in caught.value.message
    assert before == everything_of(url, org)


def test_a_service_clock_a_little_off_does_not_matter(log: Log, org: UUID) -> None:
    """The database's clock stamps, whatever the service's says within five minutes."""
    done = log.append(org, append(write(new_stream(), goal()), now=datetime.now(UTC) - 4 * MINUTE))
    assert done.recorded_at is not None
    assert abs(done.recorded_at - datetime.now(UTC)) < MINUTE


def test_an_unknown_organisation_is_refused(log: Log, url: str) -> None:
    """Nobody gets a log by writing into it."""
    unknown = uuid4()
    with pytest.raises(UnknownOrganisation) as caught:
        log.append(unknown, append(write(new_stream(), goal())))
    assert str(unknown) in caught.value.message
    with pytest.raises(UnknownOrganisation):
        log.load(unknown, [new_stream()])
    assert 0 == log.size(unknown)
    assert [] == everything_of(url, unknown)["log_heads"]


def test_after_every_refusal_the_next_append_goes_through(log: Log, org: UUID) -> None:
    """A refusal leaves no lock, no queue and no half-open transaction behind."""
    stream = new_stream()
    log.append(org, append(write(stream, goal(), claims=(Claim(scope="s", limit=1),)), command="k", digest=b"a"))
    refused = (
        append(write(stream, goal(), expected=9)),
        append(write(new_stream(), goal(), claims=(Claim(scope="s", limit=1),))),
        append(write(stream, goal()), command="k", digest=b"b"),
        append(write(stream, goal()), now=datetime.now(UTC) + timedelta(hours=1)),
    )
    for number, one in enumerate(refused):
        with pytest.raises(EventsError):
            log.append(org, one)
        assert number + 1 == log.append(org, append(write(stream, goal()))).first_position
