"""The functions that RQ calls, by their names: an organisation's id in, the work done, nothing kept in Redis."""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from uuid import UUID

from events.errors import SignerUnavailable
from workers import checkpoints
from workers.anchors.errors import HistoryDisputed
from workers.anchors.mailboxes import mail_checkpoints
from workers.anchors.rounds import EVERY, Round, anchor_round
from workers.audit import audit_nightly, audit_platform
from workers.context import opened
from workers.reminders.send import send_due
from workers.reports.schedule import make_waiting
from workers.views import catch_up_views as catch_up

_log = logging.getLogger(__name__)


def catch_up_views(org: str) -> None:
    """Bring the views of an organisation to the end of its log."""
    with opened() as context:
        catch_up(context, UUID(org))


def send_due_reminders(org: str) -> None:
    """Send the reminders of an organisation that are due."""
    with opened() as context:
        send_due(context, UUID(org), datetime.now(UTC))


def make_reports(org: str) -> None:
    """Make the reports that were asked for, and those of the last finished periods."""
    with opened() as context:
        make_waiting(context, UUID(org), datetime.now(UTC))


def anchor_logs(everybody: str) -> None:
    """Have what all organisations have signed vouched for and mailed, once an hour; audit the log of it, nightly."""
    with opened() as context:
        try:
            _log_faults(anchor_round(context, datetime.now(UTC)))
        except SignerUnavailable as error:
            _log.warning("Nothing was anchored: %s", error)
        finally:  # what is signed goes out, whatever becomes of the installation's own log
            mail_checkpoints(context, datetime.now(UTC), EVERY)
        audit_platform(context, datetime.now(UTC))


def _log_faults(done: Round | None) -> None:
    """For whoever reads a worker's log; who calls for a round by the command gets them as its answer."""
    for error in () if done is None else done.places.values():
        if error is not None:
            _log.log(logging.ERROR if isinstance(error, HistoryDisputed) else logging.WARNING, "%s", error.message)


def audit_log(org: str) -> None:
    """Read the whole log of an organisation again and say what is not as it must be."""
    with opened() as context:
        audit_nightly(context, UUID(org), datetime.now(UTC))


def make_checkpoint(org: str) -> None:
    """Have the log of an organisation signed; while the signer is away the next sweep asks again."""
    with opened() as context:
        try:
            checkpoints.make_checkpoint(context, UUID(org), datetime.now(UTC))
        except SignerUnavailable as error:
            _log.warning("The log of organisation %s was not signed: %s", org, error)
