"""The bounds of a programme's rules."""

from __future__ import annotations

from events.subjects.programme import Policy
from services.errors import Refused
from services.texts import must_be_capacity

CADENCES = range(1, 366)
ANSWERS = range(1, 91)
NEEDS = ("fit", "agreement", "goal")
RHYTHMS = ("none", "week", "month")


def must_be_policy(policy: Policy) -> None:
    """Refuse rules that no programme can mean."""
    must_be_cadence(policy.cadence_days)
    if policy.feedback_days not in ANSWERS:
        sentence = f"Feedback is answered within 1 to {ANSWERS[-1]} days, not {policy.feedback_days}."
        raise Refused("feedback_days_out_of_range", sentence, feedback_days=policy.feedback_days)
    must_be_capacity(policy.mentor_capacity)
    unknown = [need for need in policy.cultivation_needs if need not in NEEDS]
    if unknown:
        sentence = f"Cultivation can need {', '.join(NEEDS)}; not {', '.join(unknown)}."
        raise Refused("unknown_need", sentence, unknown=unknown, possible=list(NEEDS))
    if policy.report_every not in RHYTHMS:
        sentence = f"Reports are made every {', '.join(RHYTHMS)}; not {policy.report_every!r}."
        raise Refused("unknown_rhythm", sentence, possible=list(RHYTHMS))


def must_be_cadence(days: int) -> None:
    """Refuse (`cadence_out_of_range`) a number of days between sessions outside a day to a year."""
    if days not in CADENCES:
        sentence = f"Sessions are 1 to {CADENCES[-1]} days apart, not {days}."
        raise Refused("cadence_out_of_range", sentence, cadence_days=days)
