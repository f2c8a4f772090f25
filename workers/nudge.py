"""The nudge after a commit: bring the organisation's views up to date soon. Best effort, never in a client's way.

Calls are collected for a moment and become one job per organisation. When Redis is gone they are counted and dropped:
the sweep finds what they stood for.
"""

from __future__ import annotations

import logging
import os
import threading
from uuid import UUID

from redis import RedisError

from workers.queues import VIEWS, Queues, connect

PAUSE = 0.02
_log = logging.getLogger(__name__)


class Nudger:
    """Nudges from any thread of one process; pause: seconds for which calls are collected.

    Its thread begins with the first call, in the process that makes it: a server may fork after it was made.
    """

    def __init__(self, redis_url: str, pause: float = PAUSE) -> None:
        self._url = redis_url
        self._pause = pause
        self._begin()

    def _begin(self) -> None:
        self._pid = os.getpid()
        self._lock = threading.Lock()
        self._wanted: set[UUID] = set()
        self._wake = threading.Event()
        self._closing = False
        self._thread: threading.Thread | None = None
        self._queues = Queues(connect(self._url))
        self.lost = 0

    def __call__(self, org: UUID) -> None:
        """Ask for the organisation's views; returns at once and raises nothing."""
        if self._pid != os.getpid():
            self._begin()
        with self._lock:
            self._wanted.add(org)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="nudge", daemon=True)
                self._thread.start()
        self._wake.set()

    def close(self, timeout: float = 5.0) -> None:
        """Send what is still waiting and end the thread."""
        self._closing = True
        self._wake.set()
        if self._thread is not None and self._pid == os.getpid():
            self._thread.join(timeout)

    def _run(self) -> None:
        connected = True
        while True:
            self._wake.wait()
            self._wake.clear()
            if not self._closing:
                # Requests in a burst share one job; a new event of a closing process is still sent.
                threading.Event().wait(self._pause)
            with self._lock:
                wanted, self._wanted = self._wanted, set()
            connected = self._send(wanted, was_connected=connected)
            if self._closing and not self._wanted:
                return

    def _send(self, wanted: set[UUID], *, was_connected: bool) -> bool:
        for number, org in enumerate(wanted):
            try:
                self._queues.add(VIEWS, org)
            except RedisError as error:
                self.lost += len(wanted) - number
                if was_connected:
                    _log.warning("Redis does not take jobs (%s); the sweep will do the work.", type(error).__name__)
                return False
        if wanted and not was_connected:
            _log.warning("Redis takes jobs again; %d nudges were lost meanwhile.", self.lost)
        return was_connected or bool(wanted)
