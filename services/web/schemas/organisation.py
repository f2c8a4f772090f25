"""Bodies about the organisation itself."""

from __future__ import annotations

from services.web.fields import Line, Several, Strict


class SetAnchorMailBody(Strict):
    """All addresses from now on; an empty list: none."""

    addresses = Several(
        Line(), required=True, metadata={"description": "Mail addresses, ten at most; letter case does not count."}
    )
