"""A commitment is past its date: to the person who made it."""

from __future__ import annotations

from projections.wording.glossary import day, short
from workers.mail.about import About, Text


def write(about: About) -> Text:
    """Name the commitment and its date, and the three ways to settle it."""
    when = "" if about.when is None else f" by {day(about.when)}, {about.late} ago"
    return Text(
        f"Still open: {short(about.thing, 60)}",
        (
            f'In a session with {about.partners} you said you would do this{when}: "{about.thing}"',
            (
                "If it is done, mark it as kept. If it no longer makes sense, ask to be released from it. "
                "If you are stuck, that is a good topic for your next session."
            ),
        ),
    )
