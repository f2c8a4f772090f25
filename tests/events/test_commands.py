"""Idempotency keys at the log: one effect and one answer per key."""

from __future__ import annotations

from uuid import UUID

import pytest

from events.append import Appended, digest_of
from events.errors import (
    CommandReused,
    VersionConflict,
)
from events.log import Log
from tests.core import Whole
from tests.events.rows import everything_of
from tests.events.samples import append, goal, new_stream, write


def _place(done: Appended) -> tuple[object, ...]:
    return done.first_position, done.last_position, done.stream_version, done.recorded_at


def test_a_repeated_key_answers_as_before(log: Log, org: UUID) -> None:
    """The same key with the same body writes nothing, also when the expected version has passed."""
    one, other = (append(write(new_stream(), goal(), expected=0), command=f"k{n}", digest=b"d") for n in range(2))
    first = log.append(org, one)
    log.append(org, other)
    again = log.append(org, one)
    assert (True, _place(first)) == (again.repeated, _place(again))
    assert 2 == log.size(org)


def test_a_reused_key_is_refused(log: Log, org: UUID, url: str) -> None:
    """The same key with another body is a mistake of the sender, who is told the key."""
    stream = new_stream()
    log.append(org, append(write(stream, goal()), command="k", digest=digest_of(b"one")))
    before = everything_of(url, org)
    with pytest.raises(CommandReused) as caught:
        log.append(org, append(write(stream, goal()), command="k", digest=digest_of(b"two")))
    assert "k" == caught.value.facts["key"]
    assert before == everything_of(url, org)


def test_a_key_of_an_append_without_events_is_remembered(log: Log, org: UUID) -> None:
    """`Already so` is an answer too: it is given again when the world has changed."""
    stream = new_stream()
    log.append(org, append(write(stream, goal())))
    nothing = log.append(org, append(write(stream, expected=1), command="k"))
    log.append(org, append(write(stream, goal())))
    again = log.append(org, append(write(stream, goal()), command="k"))
    assert (True, _place(nothing)) == (again.repeated, _place(again))
    assert 2 == log.size(org)


def test_a_refused_append_does_not_use_its_key_up(log: Log, org: UUID) -> None:
    """Whoever was stale may decide anew and send under the same key."""
    stream = new_stream()
    with pytest.raises(VersionConflict):
        log.append(org, append(write(stream, goal(), expected=4), command="k", digest=b"1"))
    assert not log.append(org, append(write(stream, goal(), expected=0), command="k", digest=b"1")).repeated


def test_a_key_belongs_to_its_organisation(log: Log, everything: Whole, org: UUID) -> None:
    """Another organisation may use the same key for something else."""
    other = everything.organisation()
    log.append(org, append(write(new_stream(), goal()), command="k", digest=b"one"))
    done = log.append(other, append(write(new_stream(), goal()), command="k", digest=b"two"))
    assert (False, 0) == (done.repeated, done.first_position)


def test_a_load_finds_the_answer_to_a_key(log: Log, org: UUID) -> None:
    """Before it decides, a command learns whether it was decided before, and by which body."""
    done = log.append(org, append(write(new_stream(), goal()), command="k", digest=digest_of(b"body")))
    loaded = log.load(org, [], "k")
    assert loaded.answered is not None and loaded.answered.repeated
    assert (done.first_position, done.last_position, done.stream_version, digest_of(b"body")) == (
        loaded.answered.first_position,
        loaded.answered.last_position,
        loaded.answered.stream_version,
        loaded.digest,
    )
    assert log.load(org, [], "other").answered is None
