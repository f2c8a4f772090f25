"""Parts of paths that the framework does not have."""

from __future__ import annotations

from werkzeug.routing import BaseConverter


class Position(BaseConverter):
    """A position of the log: digits, no more than a record's integers have."""

    regex = r"[0-9]{1,16}"


def position_schema(_converter: Position) -> dict[str, object]:
    """How the document describes it."""
    return {"type": "integer", "minimum": 0}
