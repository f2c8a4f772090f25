"""The sweep: every few seconds, what lost nudges, killed workers and the passing of time have left to do.

One query finds it, for all organisations. It becomes jobs; while Redis is gone, the views and reminders are done here,
one organisation after the other, so that an outage of Redis delays mail and stops none; checkpoints too. Reports,
audits and anchors wait for Redis. The first sweep compares every log with what was signed of it, since the database may
be a restored one.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from uuid import UUID

from redis import Redis, RedisError

from events.errors import SignerUnavailable, StorageUnavailable
from projections.waiting import Waiting, work_waiting
from workers.anchors.rounds import ROUND
from workers.audit import night_of
from workers.checkpoints import halt_what_went_back, make_checkpoint
from workers.context import Context
from workers.pulse import beat
from workers.queues import ANCHORS, AUDITS, CHECKPOINTS, EVERYBODY, REMINDERS, REPORTS, VIEWS, Queues
from workers.reminders.send import send_due
from workers.reports.schedule import planned_key
from workers.views import catch_up_views

NAME = "scheduler"
_log = logging.getLogger(__name__)


class Sweep:
    """Finds work and has it done."""

    def __init__(self, context: Context, connection: Redis) -> None:
        self._context = context
        self._connection = connection
        self._queues = Queues(connection)
        self._said: set[str] = set()
        self._saying: set[str] = set()
        self._compared = False
        self._signer_away = False
        self._anchored: datetime | None = None

    def run(self, stop: threading.Event, seconds: float) -> None:
        """Sweep until told to stop, with a pause of so many seconds; no fault ends it."""
        while not stop.is_set():
            now = datetime.now(UTC)
            if not self._compared:
                self._guarded(self._compare)
            self._guarded(partial(self.once, now))
            self._guarded(partial(self.anchor, now))
            self._guarded(partial(beat, self._connection, NAME, now, max(30, int(6 * seconds))))
            self._said, self._saying = self._saying, set()
            stop.wait(seconds)

    def once(self, now: datetime) -> list[Waiting]:
        """Have done what waits now; what was found."""
        signed = self._context.signer is not None
        found = work_waiting(self._context.engine, now, planned_key(now), signed=signed, night=night_of(now))
        self._signer_away = False
        for one in found:
            try:
                self._enqueue(one, now)
            except RedisError as error:
                self._say(f"Redis does not take jobs ({type(error).__name__}); the sweep does the work itself.")
                self._do(one, now)
        return found

    def anchor(self, now: datetime) -> None:
        """Have the anchors looked after, now and then; without Redis they wait."""
        signed = self._context.signer is not None
        if signed and (self._anchored is None or now - self._anchored >= ROUND):
            self._queues.add(ANCHORS, EVERYBODY, now)
            self._anchored = now

    def _enqueue(self, one: Waiting, now: datetime) -> None:
        wanted = {VIEWS: one.views, REMINDERS: one.reminders, REPORTS: one.reports, CHECKPOINTS: one.checkpoints}
        for kind in (kind for kind, is_wanted in (wanted | {AUDITS: one.audit}).items() if is_wanted):
            self._queues.add(kind, one.org, now)

    def _do(self, one: Waiting, now: datetime) -> None:
        """The work of one organisation, in this process; its faults are its own."""
        try:
            catch_up_views(self._context, one.org)
            if one.reminders:
                send_due(self._context, one.org, now)
            if one.checkpoints and not self._signer_away:
                self._sign(one.org, now)
        except StorageUnavailable:
            raise
        except Exception:  # noqa: BLE001  # one organisation's failure never stops another's work
            _log.exception("The work of organisation %s failed; it is tried again.", one.org)

    def _sign(self, org: UUID, now: datetime) -> None:
        try:
            make_checkpoint(self._context, org, now)
        except SignerUnavailable as error:
            self._signer_away = True  # to wait for it once per sweep is enough
            self._say(f"{type(error).__name__}: {error}")

    def _compare(self) -> None:
        halt_what_went_back(self._context)
        self._compared = True

    def _guarded(self, step: Callable[[], object]) -> None:
        try:
            step()
        except (StorageUnavailable, SignerUnavailable, RedisError) as error:
            self._say(f"{type(error).__name__}: {error}")
        except Exception:  # noqa: BLE001  # the sweep is what everything else relies on: it goes on
            _log.exception("A sweep failed; the next one follows.")

    def _say(self, sentence: str) -> None:
        """Once per outage, not at every sweep of it."""
        if sentence not in self._said | self._saying:
            _log.warning("%s", sentence)
        self._saying.add(sentence)
