"""A programme's roster as a file to keep."""

from __future__ import annotations

from services.exports.roster import roster
from services.web.answers import File
from services.web.call import Call

CSV = "text/csv"


def roster_file(call: Call, programme_id: str) -> File:
    """The programme's running relationships, in the columns that an import reads."""
    content = b"".join(roster(call.services.queries, call.org, programme_id))
    return File(content=content, media_type=CSV, name=f"roster-{programme_id}.csv", to_keep=True)
