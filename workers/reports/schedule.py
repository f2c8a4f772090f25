"""The job: reports that were asked for, then those of the periods that have ended, some at a time."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

from events.errors import StorageUnavailable
from projections.effects import WAITING, Effect
from projections.evidence import active_streams
from projections.queries import Current
from projections.subjects.report import AWAITED
from services.reports import Period, report_id
from workers.context import Context
from workers.reminders.delivery import Retries
from workers.reports.material import relationships_now
from workers.reports.periods import MONTH, WEEK, last_finished
from workers.reports.produce import produce

BATCH = 100
"""Reports per job at most: the next sweep goes on with the rest."""
PAGE = 100
RETRIES = "report-request"
"""Effects below this say when a report that failed is tried again."""
_PAUSES = Retries()
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
    put_off = {effect.key: effect for effect in context.effects.below(org, RETRIES)}
    for wish in list(_pages(context, org, "report", scope=AWAITED)):
        key, state = f"{RETRIES}/{wish.id}", wish.state
        if key not in put_off or not _comes_later(put_off[key], now):
            period = Period(name=state.period, until=state.as_of)
            if _made(context, org, state.subject, period, now, identity=wish.id):
                context.effects.drop(org, key)
                made += 1
            else:
                _put_off(context, org, key, now)
    return made


def _comes_later(effect: Effect, now: datetime) -> bool:
    return effect.not_before is not None and effect.not_before > now


def _missing(context: Context, org: UUID, now: datetime) -> Iterator[tuple[str, Period]]:
    """The reports of each programme's last finished period that are not made: its own, and its relationships'."""
    for programme in _pages(context, org, "programme"):
        period = last_finished(programme.state.policy.report_every, now)
        if period is not None and period.since is not None:
            subjects = [programme.stream, *_moving(context, org, programme.id, period.since, period.until)]
            ids = {f"report-{report_id(org, subject, period.name)}": subject for subject in subjects}
            made = context.queries.some(org, ids)
            yield from ((subject, period) for stream, subject in ids.items() if stream not in made)


def _pages(context: Context, org: UUID, kind: str, scope: str | None = None) -> Iterator[Current]:
    after: str | None = None
    while page := context.queries.many(org, kind, scope=scope, after=after, limit=PAGE):
        yield from page
        after = page[-1].stream


def _moving(context: Context, org: UUID, programme: str, since: datetime, until: datetime) -> list[str]:
    """The programme's relationships to which something happened in the period."""
    active = active_streams(context.engine, org, since, until)
    return [stream for stream in relationships_now(context, org, programme) if stream in active]


def _made(
    context: Context, org: UUID, subject: str, period: Period, now: datetime, identity: str | None = None
) -> bool:
    try:
        produce(context, org, subject, period, now, identity=identity)
    except StorageUnavailable:
        raise
    except Exception:  # noqa: BLE001  # one report never stops the others: it is logged and tried again
        _log.exception("The report of %s for %s failed; it is tried again later.", subject, period.name)
        return False
    return True


def _put_off(context: Context, org: UUID, key: str, now: datetime) -> None:
    attempt = context.effects.begin(org, key, now)
    context.effects.settle(org, key, WAITING, not_before=now + _PAUSES.pause(attempt))
