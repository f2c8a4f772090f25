"""The schedule's process: `python -m deploy.scheduler` sweeps every few seconds for work that nobody has started."""

import logging
import os
import signal
import sys
import threading
from types import FrameType

from deploy.jobs import context_of, require_safe
from deploy.settings import Settings
from workers.queues import connect
from workers.sweep import Sweep


def main() -> int:
    """Sweep until SIGINT or SIGTERM."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(levelname)s %(message)s")
    stop = threading.Event()

    def ask(number: int, frame: FrameType | None) -> None:
        stop.set()

    for sign in (signal.SIGINT, signal.SIGTERM):
        signal.signal(sign, ask)
    settings = Settings.from_environment(os.environ)
    require_safe(settings)
    context = context_of(settings)
    assert settings.redis_url is not None, "checked with the database"
    try:
        Sweep(context, connect(settings.redis_url)).run(stop, settings.sweep_seconds)
    finally:
        context.engine.dispose()
    return 0


if __name__ == "__main__":
    sys.exit(main())
