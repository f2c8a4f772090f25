"""Feedback waits for an answer: to the person who received it. The feedback itself is not in the mail."""

from __future__ import annotations

from projections.wording.glossary import day, short
from workers.mail.about import About, Text


def write(about: About) -> Text:
    """Say who gave it and when, and how to answer."""
    when = "" if about.when is None else f" on {day(about.when)}"
    topic = f" about {short(about.thing)}" if about.thing.strip() else ""
    return Text(
        f"{about.giver} gave you feedback and would like to hear from you",
        (
            f"{about.giver} gave you feedback{topic}{when}, and it has not been acknowledged yet.",
            (
                "Please read it and acknowledge it. You do not have to agree: a line on what you take from it, "
                "or on what you see differently, is enough."
            ),
        ),
    )
