"""What happens to a programme: `programme-<uuid>`."""

from __future__ import annotations

from datetime import date

import msgspec

from events.event import Event


class Policy(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The rules of one programme under one version number.

    cadence_days: days between sessions unless a pair agrees otherwise; feedback_days: days until an unanswered
    feedback is reminded of; mentor_capacity: running relationships per mentor unless the enrolment says otherwise
    (None = no limit); cultivation_needs: the guards of the stage (fit, agreement, goal); report_every: none, week
    or month.
    """

    version: int = 1
    cadence_days: int = 14
    feedback_days: int = 7
    mentor_capacity: int | None = None
    cultivation_needs: tuple[str, ...] = ("fit", "agreement", "goal")
    report_every: str = "month"


class ProgrammeCreated(Event):
    """A programme began; starts_on and ends_on bound its term (inclusive), None for an evergreen one."""

    TYPE = "programme.created"
    programme_id: str
    name: str
    starts_on: date | None = None
    ends_on: date | None = None
    policy: Policy = Policy()
    simulated: bool = False


class ProgrammeRenamed(Event):
    """A programme goes by another name or another term."""

    TYPE = "programme.renamed"
    name: str
    starts_on: date | None = None
    ends_on: date | None = None


class PolicyRevised(Event):
    """The programme's rules changed; the whole new policy, its version one above the last."""

    TYPE = "programme.policy_revised"
    policy: Policy


class ProgrammeOpened(Event):
    """Enrolment and proposals are possible."""

    TYPE = "programme.opened"


class ProgrammeClosed(Event):
    """No new enrolment or proposal; running relationships go on."""

    TYPE = "programme.closed"
    reason: str = ""


class DeadlineSet(Event):
    """A date of the programme as its organisers wrote it: free text, as in real life; was holds the former text."""

    TYPE = "programme.deadline_set"
    activity: str
    text: str
    was: str | None = None


class DeadlineRemoved(Event):
    """A date of the programme no longer holds."""

    TYPE = "programme.deadline_removed"
    activity: str
    was: str | None = None


class StatusNoted(Event):
    """What a page of the organisation said of the programme's status (free text), and which page."""

    TYPE = "programme.status_noted"
    text: str
    was: str | None = None
    source: str = ""
