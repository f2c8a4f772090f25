"""A goal is past its date: to everybody in the relationship."""

from __future__ import annotations

from projections.wording.glossary import day, short
from workers.mail.about import About, Text


def write(about: About) -> Text:
    """Name the goal and its date, and the ways on."""
    when = "" if about.when is None else f" The date you set was {day(about.when)}, {about.late} ago."
    return Text(
        f"A goal is past its date: {short(about.thing, 60)}",
        (
            f'You and {about.partners} set this goal: "{about.thing}".{when}',
            (
                "Have you reached it? Then record it, with a word on how you know, and celebrate. "
                "If not, agree on a new date, or drop it and say why."
            ),
        ),
    )
