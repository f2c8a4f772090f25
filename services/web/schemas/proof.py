"""What is asked for a proof."""

from __future__ import annotations

from services.web.fields import Number, Strict


class ConsistencyQuery(Strict):
    """Two sizes of the log."""

    old = Number(0, required=True, metadata={"description": "The smaller size."})
    new = Number(0, metadata={"description": "The larger size; that of the newest checkpoint, unless given."})
