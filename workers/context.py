"""What a job works with: made inside the job's own process, for one job, and closed at its end.

A worker forks for each job, and a database connection that crosses a fork belongs to two processes at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from events.checkpointing import Signer
from events.log import Log
from events.tenancy import Store
from events.treestore import TreeStore
from projections.effects import Effects
from projections.engine import Views
from projections.queries import Queries
from services.pipeline import Pipeline
from workers.anchors.targets import Targets
from workers.mail.sender import Sender

Factory = Callable[[], "Context"]


@dataclass(frozen=True, kw_only=True)
class Context:
    """The parts of the core and the way out for mail; sender is the address that mail comes from.

    signer: who signs checkpoints, None where none is set: then there are none. anchors: who is asked to vouch for them.
    alerts: the address of those who run the installation.
    """

    engine: Store
    log: Log
    pipeline: Pipeline
    queries: Queries
    views: Views
    effects: Effects
    tree: TreeStore
    mail: Sender
    sender: str
    signer: Signer | None = None
    alerts: str | None = None
    anchors: Targets = field(default_factory=Targets)


_factories: list[Factory] = []


def provide(factory: Factory) -> None:
    """Say how this process makes contexts; called by the composition root before the first job.

    RQ finds a job's function by its name and calls it with ids alone, so this is the one thing it cannot be handed.
    """
    _factories[:] = [factory]


@contextmanager
def opened() -> Iterator[Context]:
    """A context for one job."""
    if not _factories:
        raise RuntimeError("no context was provided: start jobs with `python -m deploy.worker`")
    context = _factories[0]()
    try:
        yield context
    finally:
        context.engine.dispose()
