"""No session within the agreed time: to everybody in the relationship."""

from __future__ import annotations

from projections.wording.glossary import count, day
from workers.mail.about import About, Text


def write(about: About) -> Text:
    """Say when the last one was, and suggest the next step."""
    if about.when is None:
        since = f"You and {about.partners} have not logged a session yet."
    else:
        since = f"Your last session with {about.partners} was on {day(about.when)}, {about.late} ago."
    agreed = f"You meant to meet every {count(about.cadence_days, 'day')}."
    return Text(
        f"Time for your next session {_with(about)}",
        (
            f"{since} {agreed}",
            (
                "Please propose a date, even a short call helps. If you have met already, log the session; "
                "if you need a longer pause, agree on another rhythm so that nobody waits."
            ),
        ),
    )


def _with(about: About) -> str:
    return f"with {about.partners}" if about.others else about.topic
