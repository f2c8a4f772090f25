"""Bodies and queries about audit reports."""

from __future__ import annotations

from services.web.fields import Line, Moment, Strict


class RequestReportBody(Strict):
    """On what, and as of when."""

    subject = Line(
        60, required=True, metadata={"description": "Id of a programme or relationship, or the name of its stream."}
    )
    as_of = Moment(metadata={"description": "What had happened by then; now, unless given."})
