"""Queries and bodies about imports."""

from __future__ import annotations

from services.web.fields import Line, Number, Prose, Strict
from services.web.pages import PageQuery
from services.web.schemas.shared import listed

_FILENAME = {"description": "The name of the file, when it is sent as the body itself."}


class PreviewQuery(Strict):
    """Of which file."""

    filename = Line(200, metadata=_FILENAME)


class CommitQuery(Strict):
    """Of which file, and where the log stood when it was previewed."""

    filename = Line(200, metadata=_FILENAME)
    planned_at = Number(0, required=True, metadata={"description": "As the preview said it."})


class UndoBody(Strict):
    """Why the import is taken back."""

    reason = Prose(2_000, required=True)


class ImportsQuery(PageQuery):
    """Which imports."""

    status = Line(40, metadata=listed(("started", "finished", "undone"), "Only those of this status."))
