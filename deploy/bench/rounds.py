"""Contestants by turns: each runs for a moment, then the next, round after round; the median round counts."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

ROUNDS = 7

Work = Callable[[int, int], None]
"""One operation: (number of the client, running number of its operation)."""

Contestant = tuple[Work, int]
"""An operation and how many clients do it at once."""


def rates(contestants: Sequence[Contestant], seconds: float) -> list[float]:
    """Operations per second of each (work, clients); seconds: for each contestant, over all rounds.

    A first round of each warms up and does not count.
    """
    counters = [[0] * clients for _, clients in contestants]
    found: list[list[float]] = [[] for _ in contestants]
    for turn in range(ROUNDS + 1):
        for at, (work, clients) in enumerate(contestants):
            rate = _round(work, clients, counters[at], seconds / ROUNDS)
            if turn:
                found[at].append(rate)
    return [statistics.median(one) for one in found]


def _round(work: Work, clients: int, counters: list[int], seconds: float) -> float:
    barrier = Barrier(clients + 1)

    def client(number: int) -> int:
        barrier.wait()
        end, done = time.perf_counter() + seconds, 0
        while time.perf_counter() < end:
            work(number, counters[number])
            counters[number] += 1
            done += 1
        return done

    with ThreadPoolExecutor(clients) as pool:
        futures = [pool.submit(client, number) for number in range(clients)]
        barrier.wait()
        start = time.perf_counter()
        done = sum(future.result() for future in futures)
    return done / (time.perf_counter() - start)


def milliseconds(contestants: Sequence[Callable[[], object]], times: int) -> list[float]:
    """The median duration of each, called by turns; a first call of each does not count."""
    found: list[list[float]] = [[] for _ in contestants]
    for turn in range(times + 1):
        for at, work in enumerate(contestants):
            start = time.perf_counter()
            work()
            if turn:
                found[at].append((time.perf_counter() - start) * 1000)
    return [statistics.median(one) for one in found]
