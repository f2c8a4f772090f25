"""The job: all causes of an organisation that are due, one after the other; one that fails stops no other."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

import msgspec

from events.errors import StorageUnavailable
from projections.effects import WAITING
from projections.views.due import Due
from projections.views.stored import DUE
from workers.context import Context
from workers.reminders.cause import Reminding
from workers.reminders.delivery import Retries

PAGE = 200
_IN_A_ROW = 3
_log = logging.getLogger(__name__)


def send_due(context: Context, org: UUID, now: datetime, retries: Retries | None = None) -> Counter[str]:
    """Send what is due by now; how many causes came to which outcome.

    The views are brought up to date first and last. When mails are put off one after the other (the server is down),
    the rest waits for the next sweep.
    """
    tries = retries or Retries()
    outcomes: Counter[str] = Counter()
    context.views.catch_up(org)
    delayed = 0
    for stream, cause in _causes(context, org, now):
        outcome = _settle(Reminding(context=context, org=org, stream=stream, cause=cause, now=now, retries=tries))
        outcomes[outcome] += 1
        delayed = delayed + 1 if outcome == WAITING else 0
        if delayed >= _IN_A_ROW:
            break
    context.views.catch_up(org)
    return outcomes


def _causes(context: Context, org: UUID, now: datetime) -> Iterator[tuple[str, Due]]:
    """Causes that have come by the view, then those that were begun by somebody who did not finish."""
    seen: set[str] = set()
    after: tuple[str, int] | None = None
    while page := context.views.rows(org, DUE.name, due_by=now, after=after, limit=PAGE):
        after = page[-1].stream, page[-1].ordinal
        for row in page:
            seen.add(f"{row.stream}/{row.body.cause_key}")
            yield row.stream, row.body
    for left in context.effects.held(org, "relationship"):
        if left.key not in seen:
            yield left.key.partition("/")[0], msgspec.json.decode(left.note, type=Due)


def _settle(reminding: Reminding) -> str:
    try:
        return reminding.settle()
    except StorageUnavailable:
        raise
    except Exception:  # noqa: BLE001  # one cause never stops the others: it is logged and put off
        _log.exception("A reminder of %s failed; it is tried again later.", reminding.stream)
        return _put_off(reminding)


def _put_off(reminding: Reminding) -> str:
    """Leave a part that is no person's: the sweep leaves the relationship alone until its moment."""
    effects, org, key = reminding.context.effects, reminding.org, f"{reminding.key}/error"
    attempt = effects.begin(org, key, reminding.now)
    effects.settle(org, key, WAITING, not_before=reminding.now + reminding.retries.pause(attempt))
    return "error"
