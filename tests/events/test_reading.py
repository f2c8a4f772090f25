"""Reading the log: by stream, by position, by type and time; every page, and nothing twice."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from events.event import Event
from events.log import PAGE, Log
from events.proof.tree import leaf_hash
from events.subjects.agreement import FitAssessed
from events.subjects.goal import GoalAchieved, GoalSet
from events.subjects.person import PersonRegistered
from tests.core import Whole
from tests.events.forms import corpus_file
from tests.events.rows import change, rows
from tests.events.samples import HAPPENED, append, goal, new_stream, write


def _kind(number: int) -> Event:
    kinds = (goal(str(number)), GoalAchieved(goal_id="g"), FitAssessed(person="p", side="mentor", fits=True))
    return kinds[number % 3]


def _fill(log: Log, org: UUID, count: int = 12) -> tuple[str, str]:
    """Two streams that take turns; a third of the events is of each of three types, stamped one by one."""
    streams = (new_stream(), new_stream())
    for number in range(count):
        log.append(org, append(write(streams[number % 2], _kind(number))))
    return streams


def test_a_stream_is_read_in_its_order(log: Log, org: UUID) -> None:
    """Versions without gaps, and no event of another stream."""
    one, two = _fill(log, org)
    for stream, positions in ((one, range(0, 12, 2)), (two, range(1, 12, 2))):
        events = list(log.read_stream(org, stream))
        assert list(positions) == [event.position for event in events]
        assert [1, 2, 3, 4, 5, 6] == [event.stream_version for event in events]
        assert {stream} == {event.stream for event in events}


@pytest.mark.parametrize("after", (0, 1, 5, 6, 7, 2**62))
def test_a_stream_is_read_after_a_version(log: Log, org: UUID, after: int) -> None:
    """Whoever has some of it asks for the rest, which may be none."""
    one, _ = _fill(log, org)
    assert list(range(after + 1, 7)) == [event.stream_version for event in log.read_stream(org, one, after=after)]


@pytest.mark.parametrize("upto", (-1, 0, 1, 6, 10, 11, 500))
def test_a_stream_is_read_up_to_a_position(log: Log, org: UUID, upto: int) -> None:
    """The stream as it was when the log stood at that position, that one included."""
    one, _ = _fill(log, org)
    read = [event.position for event in log.read_stream(org, one, upto_position=upto)]
    assert [position for position in range(0, 12, 2) if position <= upto] == read


def test_a_stream_that_is_not_there_is_empty(log: Log, org: UUID) -> None:
    """As is one of a name that nobody would give."""
    _fill(log, org, 2)
    for stream in (new_stream(), "", "relationship", "%", "'"):
        assert [] == list(log.read_stream(org, stream))


def test_another_organisations_stream_is_not_there(log: Log, everything: Whole, org: UUID) -> None:
    """Two organisations may use the same name; each reads its own."""
    other, stream = everything.organisation(), new_stream()
    log.append(org, append(write(stream, goal("mine"))))
    log.append(other, append(write(stream, goal("theirs"))))
    assert ["mine"] == [event.data.specific for event in log.read_stream(org, stream)]
    assert ["theirs"] == [event.data.specific for event in log.read(other)]
    assert [] == list(log.read_stream(everything.organisation(), stream))


@pytest.mark.parametrize("count", (PAGE - 1, PAGE, PAGE + 1, 2 * PAGE, 2 * PAGE + 1))
def test_a_long_stream_is_read_to_its_end(log: Log, org: UUID, count: int) -> None:
    """Where a page ends nothing is lost and nothing comes twice, wherever the reading starts or stops."""
    stream = new_stream()
    log.append(org, append(write(new_stream(), goal())))
    log.append(org, append(write(stream, *(goal() for _ in range(count)))))
    assert list(range(1, count + 1)) == [event.stream_version for event in log.read_stream(org, stream)]
    assert list(range(2, count + 1)) == [event.stream_version for event in log.read_stream(org, stream, after=1)]
    upto = list(log.read_stream(org, stream, upto_position=count - 1))
    assert count - 1 == len(upto) == upto[-1].position


def test_a_long_stream_is_read_while_it_grows(log: Log, org: UUID) -> None:
    """What is appended between two pages comes in its place."""
    stream = new_stream()
    log.append(org, append(write(stream, *(goal() for _ in range(PAGE)))))
    reading = log.read_stream(org, stream)
    first = next(reading)
    log.append(org, append(write(stream, goal())))
    assert list(range(1, PAGE + 2)) == [event.stream_version for event in (first, *reading)]


@pytest.mark.parametrize("limit", (1, 5, 12, 13, PAGE))
def test_the_log_is_read_in_pages(log: Log, org: UUID, limit: int) -> None:
    """Each page goes on after the last position of the one before; the last one is empty."""
    _fill(log, org)
    seen: list[int] = []
    while page := log.read(org, after=seen[-1] if seen else -1, limit=limit):
        assert len(page) <= limit
        seen += [event.position for event in page]
    assert list(range(12)) == seen


def test_no_events_are_read_where_none_are_asked_for(log: Log, org: UUID) -> None:
    """A limit of 0 is a limit; so is an empty list of types."""
    _fill(log, org, 3)
    assert [] == log.read(org, limit=0)
    assert [] == log.read(org, types=[])


def test_a_page_has_an_upper_limit_of_its_own(log: Log, org: UUID) -> None:
    """Who names no limit gets one page."""
    log.append(org, append(write(new_stream(), *(goal() for _ in range(PAGE + 5)))))
    assert PAGE == len(log.read(org))


def test_the_log_is_read_up_to_a_position(log: Log, org: UUID) -> None:
    """After the one and up to the other, which is included."""
    _fill(log, org)
    assert [4, 5, 6, 7] == [event.position for event in log.read(org, after=3, upto=7)]
    assert [] == log.read(org, after=7, upto=7)


def test_the_log_is_read_by_type(log: Log, org: UUID) -> None:
    """One type, several, or one that has not happened; in the order of positions, in pages too."""
    _fill(log, org)
    types = [GoalSet.TYPE, FitAssessed.TYPE]
    expected = [position for position in range(12) if position % 3 != 1]
    assert expected == [event.position for event in log.read(org, types=types)]
    assert expected[3:5] == [event.position for event in log.read(org, types=types, after=expected[2], limit=2)]
    assert {GoalAchieved.TYPE} == {event.type for event in log.read(org, types=[GoalAchieved.TYPE])}
    assert [] == log.read(org, types=[PersonRegistered.TYPE])
    assert [] == log.read(org, types=["goal_set", "%", ""])


def test_the_log_is_read_by_time(log: Log, org: UUID) -> None:
    """From a moment that is included to one that is not, by the clock of the log."""
    _fill(log, org)
    stamps = [event.recorded_at for event in log.read(org)]
    assert list(range(4, 12)) == [event.position for event in log.read(org, since=stamps[4])]
    assert list(range(8)) == [event.position for event in log.read(org, until=stamps[8])]
    within = log.read(org, since=stamps[4], until=stamps[8], types=[GoalSet.TYPE], after=4)
    assert [6] == [event.position for event in within]
    assert [] == log.read(org, since=stamps[-1] + timedelta(microseconds=1))
    assert [] == log.read(org, until=stamps[0])


def test_the_bytes_of_a_record_are_read_by_position(log: Log, org: UUID, url: str) -> None:
    """They are what was hashed; beyond the end, before the start and elsewhere there are none."""
    _fill(log, org, 3)
    stored = rows(url, org, "SELECT position, leaf_hash FROM events ORDER BY position")
    for position, leaf in stored:
        record = log.record_bytes(org, position)
        assert record is not None and leaf == leaf_hash(record)
    assert [None, None] == [log.record_bytes(org, position) for position in (3, -1)]
    assert log.record_bytes(uuid4(), 0) is None


def test_an_older_form_is_read_from_the_log(log: Log, org: UUID, url: str) -> None:
    """What a former release stored comes out in the form of today, with the schema that it had."""
    record = corpus_file("person.registered", 1).read_bytes().removesuffix(b"\n")
    insert = (
        "INSERT INTO events (org_id, position, stream, stream_version, type, schema, recorded_at, occurred_at, record, "
        "leaf_hash) VALUES (%s, 0, 'person-x', 1, 'person.registered', 1, now(), %s, %s, %s)"
    )
    change(url, org, insert, org, HAPPENED, record, leaf_hash(record))
    (event,) = log.read_stream(org, "person-x")
    assert (1, "Europe/Vienna") == (event.schema, event.data.zone)
    assert record == log.record_bytes(org, 0)
