"""The job: reports that were asked for, then those of the periods that have ended, some at a time."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

import msgspec

from events.errors import StorageUnavailable
from projections.effects import WAITING, Effect
from projections.evidence import active_streams
from projections.queries import Current
from services.reports import REQUESTS, Period, Request, report_id
from workers.context import Context
from workers.reminders.delivery import Retries
from workers.reports.material import relationships_now
from workers.reports.periods import MONTH, WEEK, last_finished
from workers.reports.produce import produce

BATCH = 100
"""Reports per job at most: the next sweep goes on with the rest."""
PAGE = 100
_RETRIES = Retries()
_log = logging.getLogger(__name__)


def planned_key(now: datetime) -> str:
    """The effect that says: the reports of the weeks and months that have ended by now are made."""
    names = [period.name for every in (MONTH, WEEK) if (period := last_finished(every, now)) is not None]
    return f"reports-planned/{'+'.join(names)}"


def make_waiting(context: Context, org: UUID, now: datetime, batch: int = BATCH) -> int:
    """Make what is to be made now; how many reports were. One that fails stops no other and is tried again later."""
    made = _asked_for(context, org, now)
    key = planned_key(now)
    failed = False
    for subject, period in _missing(context, org, now):
        if made >= batch:
            return made
        if _made(context, org, subject, period, now):
            made += 1
        else:
            failed = True
    if failed:
        _put_off(context, org, key, now)
    else:
        context.effects.begin(org, key, now)
        context.effects.settle(org, key, "done")
    return made


def _asked_for(context: Context, org: UUID, now: datetime) -> int:
    made = 0
    for wish in context.effects.below(org, REQUESTS):
        if not _comes_later(wish, now):
            request = msgspec.json.decode(wish.note, type=Request)
            if _made(context, org, request.subject, request.period, now):
                context.effects.drop(org, wish.key)
                made += 1
            else:
                _put_off(context, org, wish.key, now, note=wish.note)
    return made


def _comes_later(effect: Effect, now: datetime) -> bool:
    return effect.not_before is not None and effect.not_before > now


def _missing(context: Context, org: UUID, now: datetime) -> Iterator[tuple[str, Period]]:
    """The reports of each programme's last finished period that are not made: its own, and its relationships'."""
    for programme in _programmes(context, org):
        period = last_finished(programme.state.policy.report_every, now)
        if period is not None and period.since is not None:
            subjects = [programme.stream, *_moving(context, org, programme.id, period.since, period.until)]
            ids = {f"report-{report_id(org, subject, period.name)}": subject for subject in subjects}
            made = context.queries.some(org, ids)
            yield from ((subject, period) for stream, subject in ids.items() if stream not in made)


def _programmes(context: Context, org: UUID) -> Iterator[Current]:
    after: str | None = None
    while page := context.queries.many(org, "programme", after=after, limit=PAGE):
        yield from page
        after = page[-1].stream


def _moving(context: Context, org: UUID, programme: str, since: datetime, until: datetime) -> list[str]:
    """The programme's relationships to which something happened in the period."""
    active = active_streams(context.engine, org, since, until)
    return [stream for stream in relationships_now(context, org, programme) if stream in active]


def _made(context: Context, org: UUID, subject: str, period: Period, now: datetime) -> bool:
    try:
        produce(context, org, subject, period, now)
    except StorageUnavailable:
        raise
    except Exception:  # noqa: BLE001  # one report never stops the others: it is logged and tried again
        _log.exception("The report of %s for %s failed; it is tried again later.", subject, period.name)
        return False
    return True


def _put_off(context: Context, org: UUID, key: str, now: datetime, note: str = "") -> None:
    attempt = context.effects.begin(org, key, now)
    context.effects.settle(org, key, WAITING, note=note, not_before=now + _RETRIES.pause(attempt))
