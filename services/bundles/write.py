"""A bundle is written: of a whole log, or of some of its streams with everything else as hashes only.

Memory does not grow with the log. The same log under the same checkpoint, with the same anchors, gives the same bytes;
the anchors are the same as long as the installation's log has noted no further one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from services.bundles.anchors import UNANCHORED, AnchorSource
from services.bundles.layout import Scope
from services.bundles.parts import Bundle, LogStreams, LogTree, Parts
from services.bundles.target import open_target

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Written:
    """What was written: the log's origin and size, how many records of the subject's streams, in how many files."""

    origin: str
    size: int
    records: int
    files: int


class Exporter:
    """Writes bundles under the newest checkpoint of a log; progress is told files done, of how many."""

    def __init__(
        self,
        log: LogStreams,
        tree: LogTree,
        progress: Progress = lambda done, of: None,
        anchors: AnchorSource = UNANCHORED,
    ) -> None:
        self._log = log
        self._tree = tree
        self._progress = progress
        self._anchors = anchors

    def organisation(self, org: UUID, path: Path) -> Written:
        """Write the whole log. Raises BundleError `no_checkpoint`, `target_exists`, `unwritable_target`."""
        made = Bundle(self._log, self._tree, org, Scope(kind="organisation", id=str(org)), self._anchors)
        return self._write(made, path, made.whole(), made.size)

    def part(self, org: UUID, scope: Scope, path: Path) -> Written:
        """Write the records of a programme or relationship as the log last stated its streams, all others as hashes.

        Raises, too, BundleError `no_streams_root`, and `unknown_stream` for what the log does not state yet.
        """
        made = Bundle(self._log, self._tree, org, scope, self._anchors)
        streams = made.streams()
        positions = made.positions(streams)
        statement = 1  # shown too, but of none of the streams
        return self._write(made, path, made.some(streams, positions), len(positions) - statement)

    def _write(self, made: Bundle, path: Path, parts: Parts, records: int) -> Written:
        with open_target(path) as target:
            for number, (name, chunks) in enumerate(parts.items(), start=1):
                target.put(name, chunks())
                self._progress(number, len(parts))
        return Written(made.origin, made.size, records, len(parts))
