"""What the API is made of; the composition root puts it together."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from uuid import UUID

from events.log import Log
from events.organisations import Credential
from events.treestore import TreeStore
from projections.engine import Views
from projections.queries import Queries
from projections.standing import Standing
from services.imports.batch import Importer
from services.imports.undo import Undoer
from services.pipeline import Clock, Pipeline, now_utc
from services.reports import Reports


@dataclass(frozen=True, kw_only=True)
class Services:
    """The parts of one process.

    credential_of: who a token speaks for, None for nobody; nudge: tells the workers that an organisation's log grew,
    at best effort; standing: how all logs stand; checks: by name what must answer before this process is ready, each
    the fault as a sentence or None; wait_seconds: how long a read waits for a position that its view has not taken in.
    """

    log: Log
    pipeline: Pipeline
    queries: Queries
    views: Views
    importer: Importer
    undoer: Undoer
    reports: Reports
    tree: TreeStore
    credential_of: Callable[[str], Credential | None]
    nudge: Callable[[UUID], None]
    standing: Callable[[], Standing]
    checks: Mapping[str, Callable[[], str | None]]
    clock: Clock = now_utc
    wait_seconds: float = 2.0
