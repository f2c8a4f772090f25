"""The part of the audit that asks whether the log told the truth about which streams belong to which programme."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from events.proof.programmes import Memberships, programmes_root
from events.subjects.log import StreamsRootTaken


class Programmes:
    """Follows records in the order of the log; each root that the log stated is made again from those it speaks of."""

    def __init__(self, org: str, find: Callable[[str, str, int], None]) -> None:
        self._log = f"log-{org}"
        self._find = find
        self._memberships = Memberships()

    def take(self, position: int, record: Mapping[str, Any]) -> None:
        """One record's members, of which stream, type and schema are those of its columns."""
        stream, data = record["stream"], record.get("data")
        self._memberships.take(position, stream, data)
        # The first form of the statement said nothing about programmes.
        if (stream, record["type"]) == (self._log, StreamsRootTaken.TYPE) and record["schema"] > 1:
            self._compare(position, data if isinstance(data, dict) else {})

    def _compare(self, position: int, stated: Mapping[str, Any]) -> None:
        size = stated.get("size")
        known = size if isinstance(size, int) else 0
        if stated.get("programmes_root") != programmes_root(self._memberships.at(known)).hex():
            sentence = (
                f"What the log says of the streams of each programme at size {known} is not what the records say."
            )
            self._find("programmes_differ", sentence, position)
