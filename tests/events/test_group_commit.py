"""Appends that wait for one organisation travel together, and none of them is at the mercy of another."""

from __future__ import annotations

import signal
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from secrets import token_hex
from threading import get_ident
from typing import Any
from uuid import UUID

import pytest

from events import waiting
from events.append import Append, Appended, Claim
from events.errors import ClaimTaken, CommandReused, StorageUnavailable, VersionConflict
from tests.core import Whole
from tests.events.racing import DEADLINE, Gate, Gated, eventually
from tests.events.samples import append, goal, live, new_stream, write


@pytest.fixture
def gated(everything: Whole, org: UUID) -> Gated:
    """A log whose first append is held back."""
    return Gated(everything.engine, org)


def _sending(gated: Gated, appends: Sequence[Append]) -> list[Callable[[], Appended]]:
    return [partial(gated.log.append, gated.org, one) for one in appends]


def _one(**more: object) -> Append:
    return append(write(new_stream(), goal()), **more)


def test_waiting_appends_travel_together(gated: Gated) -> None:
    """Twenty that queue up behind a first one are carried in one call, in their order."""
    done = gated.behind_one(_sending(gated, [_one() for _ in range(20)]))
    assert [1, 20] == gated.gate.sizes
    assert list(range(1, 21)) == [one.first_position for one in done]  # type: ignore[union-attr]  # none failed


def test_a_call_carries_a_limited_number_of_events(gated: Gated, monkeypatch: pytest.MonkeyPatch) -> None:
    """What does not fit waits for the next call; nothing is lost and the order is kept."""
    monkeypatch.setattr(waiting, "MOST_EVENTS", 5)
    pairs = [append(write(new_stream(), goal(), goal())) for _ in range(5)]
    done = gated.behind_one(_sending(gated, pairs))
    assert [1, 2, 2, 1] == gated.gate.sizes
    assert [1, 3, 5, 7, 9] == [one.first_position for one in done]  # type: ignore[union-attr]  # none failed


def test_an_append_beyond_the_limit_travels_alone(gated: Gated, monkeypatch: pytest.MonkeyPatch) -> None:
    """A single append is never split."""
    monkeypatch.setattr(waiting, "MOST_EVENTS", 5)
    many = append(write(new_stream(), *[goal()] * 12))
    done = gated.behind_one(_sending(gated, [_one(), many, _one()]))
    assert [1, 2, 14] == [one.first_position for one in done]  # type: ignore[union-attr]  # none failed


def test_appends_that_travel_together_see_each_other(gated: Gated) -> None:
    """Versions, keys and seats are decided in the order of the queue, as if each had come alone."""
    stream, seat = new_stream(), Claim(scope="seat", limit=1)
    appends = [
        append(write(stream, goal(), expected=0)),
        append(write(stream, goal(), expected=0)),
        append(write(stream, goal(), expected=1)),
        _one(command="k", digest=b"1"),
        _one(command="k", digest=b"1"),
        _one(command="k", digest=b"2"),
        append(write(new_stream(), goal(), claims=(seat,))),
        append(write(new_stream(), goal(), claims=(seat,))),
    ]
    done = gated.behind_one(_sending(gated, appends))
    assert [1, 8] == gated.gate.sizes
    expected = [
        Appended, VersionConflict, Appended,
        Appended, Appended, CommandReused,
        Appended, ClaimTaken,
    ]  # fmt: skip  # a line per rule
    assert expected == [type(one) for one in done]
    assert [1, 2, 3, 3, 4] == [one.first_position for one in done if isinstance(one, Appended)]


IMPOSSIBLE = {
    "a NUL that the database cannot hold": (lambda: append(write(new_stream(), goal(), live=live(label="\x00")))),
    "half a character": (lambda: append(write(new_stream(), goal(), live=live(label="\ud800")))),
    "an empty key": (lambda: _one(command="")),
    "a text too long for an index": (
        lambda: append(write(new_stream(), goal(), claims=(Claim(scope=token_hex(8_000)),)))
    ),
}


@pytest.mark.parametrize("what", IMPOSSIBLE)
@pytest.mark.parametrize("place", (0, 2, 4))
def test_an_append_that_cannot_be_stored_fails_alone(gated: Gated, what: str, place: int) -> None:
    """Its neighbours in the same call are stored, in their order, each once; it is told its own fault."""
    appends = [_one() for _ in range(4)]
    appends.insert(place, IMPOSSIBLE[what]())
    done = gated.behind_one(_sending(gated, appends))
    bad = done.pop(place)
    assert isinstance(bad, Exception) and not isinstance(bad, StorageUnavailable)
    assert [1, 2, 3, 4] == [one.first_position for one in done]  # type: ignore[union-attr]  # none of them failed
    assert 5 == gated.log.size(gated.org)


class CutOff(BaseException):
    """What a signal's handler may raise."""


class Cutting(Gate):
    """Cuts off the thread that carries the second call, before it reaches the database."""

    def append(self, *arguments: Any) -> list[Any]:
        """Carry the call, or not."""
        if self.sizes == [1]:
            self.sizes.append(0)
            raise CutOff
        return super().append(*arguments)


def test_a_carrier_that_is_cut_off_leaves_nobody_waiting(everything: Whole, org: UUID) -> None:
    """Whoever travelled with it is told to send again, and the next append goes through."""
    gated = Gated(everything.engine, org)
    gated.gate = Cutting(everything.engine)
    gated.appender._calls = gated.gate
    done = gated.behind_one(_sending(gated, [_one() for _ in range(3)]))
    assert [CutOff, StorageUnavailable, StorageUnavailable] == [type(one) for one in done]
    assert 1 == gated.log.append(org, _one()).first_position


def test_a_waiting_thread_that_is_cut_off_is_not_waited_for(gated: Gated) -> None:
    """An append that was given up in the queue is not stored, and does not become the carrier of others."""
    main, handler = get_ident(), signal.signal(signal.SIGUSR1, _cut_off)

    def cut_off_when_it_waits() -> None:
        eventually(partial(gated.has_waiting, 1))
        signal.pthread_kill(main, signal.SIGUSR1)

    try:
        with ThreadPoolExecutor(2) as pool:
            first = pool.submit(gated.first)
            assert gated.gate.entered.wait(DEADLINE)
            cutting = pool.submit(cut_off_when_it_waits)
            with pytest.raises(CutOff):
                gated.log.append(gated.org, _one())
            cutting.result(DEADLINE)
            assert 0 == gated.waiting()
            gated.gate.opened.set()
            first.result(DEADLINE)
    finally:
        signal.signal(signal.SIGUSR1, handler)
    assert 1 == gated.log.append(gated.org, _one()).first_position


def _cut_off(number: int, frame: object) -> None:
    raise CutOff


def test_a_queue_at_rest_holds_nothing(gated: Gated) -> None:
    """An organisation that does not write costs no memory."""
    gated.behind_one(_sending(gated, [_one() for _ in range(3)]))
    queues = gated.appender._waiting
    assert ({}, set(), 0) == (queues._queues, queues._under_way, queues._calls)
