"""Members that many bodies and queries have."""

from __future__ import annotations

from services.web.fields import Id, Moment, Number, Prose, Strict
from services.web.pages import PageQuery


class Command(Strict):
    """A body of a command; occurred_at is when it happened, if not just now."""

    occurred_at = Moment(metadata={"description": "When it happened in the world; now, unless given."})


class Reasoned(Command):
    """A command with an optional reason."""

    reason = Prose()


class Personal(Command):
    """A command that speaks of one person."""

    person = Id(required=True)


class AtLeast(Strict):
    """A read of a view."""

    at_least = Number(0, metadata={"description": "Wait until the view has taken in this position."})


class AtLeastPage(PageQuery):
    """A page of a view."""

    at_least = Number(0, metadata={"description": "Wait until the view has taken in this position."})


class Replay(Strict):
    """Bounds of a replay, all inclusive; they combine."""

    as_of = Moment(metadata={"description": "What had happened in the world by then."})
    known_at = Moment(metadata={"description": "What the log held by then."})
    at_position = Number(0, metadata={"description": "What the log held at this position."})


def listed(values: tuple[str, ...], what: str) -> dict[str, object]:
    """Metadata of a text that is one of few; the decision refuses others by its own code."""
    return {"enum": list(values), "description": what}
