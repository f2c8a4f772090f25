"""What a reminder speaks of, for one reader; and the text that comes of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import import_module

from projections.wording.glossary import count, listing, short


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """One cause as one person sees it.

    thing: what the commitment, goal or feedback is called; when: its date, or that of the last session (None when
    there was none); cadence_days: days between sessions; today: the reader's local date; giver: who gave the feedback.
    """

    name: str
    others: tuple[str, ...]
    title: str
    programme: str
    today: date
    thing: str = ""
    when: date | None = None
    cadence_days: int = 0
    giver: str = ""

    @property
    def partners(self) -> str:
        """The other people of the relationship."""
        return listing([short(one) for one in self.others]) or "your partner"

    @property
    def topic(self) -> str:
        """The relationship in a few words, for a sentence."""
        return f'"{short(self.title)}"' if self.title.strip() else f"with {self.partners}"

    @property
    def late(self) -> str:
        """How long ago the date was: `3 days`."""
        return count(0 if self.when is None else (self.today - self.when).days, "day")


@dataclass(frozen=True, slots=True)
class Text:
    """A mail's words: the subject and the paragraphs between greeting and close."""

    subject: str
    paragraphs: tuple[str, ...]


@cache
def text_of(sort: str) -> Callable[[About], Text]:
    """The `write` of the file in `texts/` that is named after the sort."""
    found: Callable[[About], Text] = import_module(f"workers.mail.texts.{sort}").write
    return found
