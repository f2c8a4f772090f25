"""One append on a real database: what is stored, and that a refused one stores nothing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from events.append import Claim, digest_of
from events.errors import (
    EventsError,
    InvalidRecord,
    RecordTooLarge,
    VersionConflict,
)
from events.log import Log
from events.proof.tree import leaf_hash
from tests.events.rows import everything_of, rows
from tests.events.samples import ACTOR, HAPPENED, append, goal, live, new_stream, write

MINUTE = timedelta(minutes=1)


def test_an_append_says_where_the_events_stand(log: Log, org: UUID) -> None:
    """Positions count from 0 over the organisation, versions from 1 in each stream."""
    one, two = new_stream(), new_stream()
    before = datetime.now(UTC)
    first = log.append(org, append(write(one, goal(), goal())))
    second = log.append(org, append(write(two, goal())))
    third = log.append(org, append(write(one, goal())))
    assert [(0, 1, 2), (2, 2, 1), (3, 3, 3)] == [
        (done.first_position, done.last_position, done.stream_version) for done in (first, second, third)
    ]
    assert not first.repeated and first.recorded_at is not None
    assert before - MINUTE < first.recorded_at < datetime.now(UTC) + MINUTE
    assert 4 == log.size(org)


def test_what_was_appended_is_what_is_read(log: Log, org: UUID) -> None:
    """Every member of the envelope comes back, and the data in its own type."""
    stream = new_stream()
    done = log.append(
        org, append(write(stream, goal("x")), on_behalf_of="person:a", cause="import:b", policy=3, command="key")
    )
    (event,) = log.read_stream(org, stream)
    assert (goal("x"), stream, 1, 0) == (event.data, event.stream, event.stream_version, event.position)
    assert (ACTOR, "person:a", "import:b", 3) == (event.actor, event.on_behalf_of, event.cause, event.policy)
    assert (str(org), HAPPENED, done.recorded_at) == (event.org, event.occurred_at, event.recorded_at)


def test_each_leaf_hash_is_that_of_the_stored_bytes(log: Log, org: UUID, url: str) -> None:
    """The column is SHA-256(0x00 || record), for each of many events at once and one by one."""
    log.append(org, append(write(new_stream(), *(goal(str(n)) for n in range(20)))))
    log.append(org, append(write(new_stream(), goal())))
    found = rows(url, org, "SELECT record, leaf_hash FROM events")
    assert 21 == len(found)
    assert [] == [record for record, stored in found if leaf_hash(record) != stored]


def test_each_record_names_the_one_before_in_its_stream(log: Log, org: UUID, url: str) -> None:
    """Prev is the leaf hash of the stream's previous record, across appends and between other streams' events."""
    one, two = new_stream(), new_stream()
    log.append(org, append(write(one, goal(), goal()), write(two, goal())))
    log.append(org, append(write(two, goal()), write(one, goal())))
    hashes = {position: stored.hex() for position, stored in rows(url, org, "SELECT position, leaf_hash FROM events")}
    assert [None, hashes[0], hashes[1]] == [event.prev for event in log.read_stream(org, one)]
    assert [None, hashes[2]] == [event.prev for event in log.read_stream(org, two)]


def test_columns_say_what_the_record_says(log: Log, org: UUID, url: str) -> None:
    """What queries filter by cannot differ from the bytes that are proved."""
    stream = new_stream()
    log.append(org, append(write(stream, goal(), goal())))
    columns = "stream, stream_version, type, schema, recorded_at, occurred_at"
    stored = rows(url, org, f"SELECT {columns} FROM events ORDER BY position")
    read = [
        (one.stream, one.stream_version, one.type, one.schema, one.recorded_at, one.occurred_at)
        for one in log.read(org)
    ]
    assert stored == read


def test_an_append_has_one_time(log: Log, org: UUID) -> None:
    """All events of one append are stamped alike; time never runs backwards between appends."""
    for _ in range(5):
        log.append(org, append(write(new_stream(), goal(), goal()), write(new_stream(), goal())))
    stamps = [event.recorded_at for event in log.read(org)]
    assert sorted(stamps) == stamps
    assert [1, 1, 1, 1, 1] == [len(set(stamps[start : start + 3])) for start in range(0, 15, 3)]


def test_two_thousand_events_fit_one_append(log: Log, org: UUID) -> None:
    """An import's group has no gap and one chain."""
    stream = new_stream()
    done = log.append(org, append(write(stream, *(goal(str(n)) for n in range(2_000)))))
    assert (0, 1_999, 2_000) == (done.first_position, done.last_position, done.stream_version)
    assert [str(n) for n in range(2_000)] == [event.data.specific for event in log.read_stream(org, stream)]


@pytest.mark.parametrize(("expected", "current"), ((0, 0), (2, 2), (None, 0), (None, 2)))
def test_an_expected_version_that_holds_lets_in(log: Log, org: UUID, expected: int | None, current: int) -> None:
    """Exact, none yet, or any."""
    stream = new_stream()
    if current:
        log.append(org, append(write(stream, *[goal()] * current)))
    done = log.append(org, append(write(stream, goal(), expected=expected)))
    assert current + 1 == done.stream_version


@pytest.mark.parametrize(("expected", "current"), ((1, 0), (0, 1), (0, 2), (1, 2), (3, 2)))
def test_an_expected_version_that_does_not_hold_refuses(
    log: Log, org: UUID, url: str, expected: int, current: int
) -> None:
    """The refusal says the stream and its version; the log is as it was."""
    stream = new_stream()
    if current:
        log.append(org, append(write(stream, *[goal()] * current)))
    before = everything_of(url, org)
    with pytest.raises(VersionConflict) as caught:
        log.append(org, append(write(stream, goal(), expected=expected)))
    assert (stream, current) == (caught.value.facts["stream"], caught.value.facts["current"])
    assert f"version {current}" in caught.value.message
    assert before == everything_of(url, org)


def test_many_streams_are_written_as_one(log: Log, org: UUID) -> None:
    """The answer's version is the first write's; positions follow the order of the writes."""
    one, two, three = (new_stream() for _ in range(3))
    log.append(org, append(write(two, goal())))
    done = log.append(
        org,
        append(
            write(one, goal("a"), goal("b"), expected=0),
            write(two, goal("c"), expected=1),
            write(three, goal("d")),
        ),
    )
    assert (1, 4, 2) == (done.first_position, done.last_position, done.stream_version)
    assert ["a", "b", "c", "d"] == [event.data.specific for event in log.read(org, after=0)]


@pytest.mark.parametrize("place", range(3))
def test_one_stale_write_stops_the_whole_append(log: Log, org: UUID, url: str, place: int) -> None:
    """Wherever it stands among the writes, no event, live row, claim or key of the append is stored."""
    log.append(org, append(write(new_stream(), goal())))
    before = everything_of(url, org)
    writes = [
        write(new_stream(), goal(), expected=0, live=live(), claims=(Claim(scope=f"s/{number}"),))
        for number in range(3)
    ]
    writes[place] = write(writes[place].stream, goal(), expected=7, live=live())
    with pytest.raises(VersionConflict) as caught:
        log.append(org, append(*writes, command="key", digest=digest_of(b"")))
    assert writes[place].stream == caught.value.facts["stream"]
    assert before == everything_of(url, org)


@pytest.mark.parametrize(
    ("text", "refusal"), (("x" * 70_000, RecordTooLarge), ("x\x00", InvalidRecord), ("\ud800", InvalidRecord))
)
def test_one_impossible_event_stops_the_whole_append(
    log: Log, org: UUID, url: str, text: str, refusal: type[EventsError]
) -> None:
    """A text that has no record is refused before anything is sent."""
    before = everything_of(url, org)
    with pytest.raises(refusal):
        log.append(org, append(write(new_stream(), goal()), write(new_stream(), goal(text)), command="key"))
    assert before == everything_of(url, org)


def test_a_guard_checks_and_writes_nothing(log: Log, org: UUID, url: str) -> None:
    """A stream that the decision read must be as it was, although nothing is written to it."""
    guard, stream = new_stream(), new_stream()
    log.append(org, append(write(guard, goal())))
    log.append(org, append(write(stream, goal()), write(guard, expected=1, live=live())))
    assert [(stream,)] == rows(url, org, "SELECT stream FROM events WHERE position > 0")
    assert [] == rows(url, org, "SELECT stream FROM live_states")
    with pytest.raises(VersionConflict) as caught:
        log.append(org, append(write(stream, goal()), write(guard, expected=0)))
    assert (guard, 1) == (caught.value.facts["stream"], caught.value.facts["current"])
    assert 2 == log.size(org)


def test_an_append_of_guards_alone_has_no_positions(log: Log, org: UUID) -> None:
    """Last before first says that there were no events; the version is the stream's."""
    stream = new_stream()
    log.append(org, append(write(stream, goal(), goal())))
    done = log.append(org, append(write(stream, expected=2)))
    assert (2, 1, 2) == (done.first_position, done.last_position, done.stream_version)
    assert 2 == log.size(org)
