"""A worker process: `python -m deploy.worker QUEUE`, one queue (views, effects) each; SIGTERM ends it after its job."""

import argparse
import logging
import os
import sys
from collections.abc import Sequence
from functools import partial
from importlib import import_module

from deploy.jobs import context_of, require_safe
from deploy.settings import Settings
from workers.context import provide
from workers.queues import QUEUES, connect
from workers.worker import work


def main(argv: Sequence[str] | None = None) -> int:
    """Work on one queue until told to stop."""
    parser = argparse.ArgumentParser(prog="python -m deploy.worker", description=__doc__)
    parser.add_argument("queue", choices=QUEUES)
    parser.add_argument("--burst", action="store_true", help="end when the queue is empty")
    args = parser.parse_args(argv)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(levelname)s %(message)s")
    settings = Settings.from_environment(os.environ)
    require_safe(settings)
    # Each job runs in a fork of this process: what is loaded here, no job has to load; nothing is opened here.
    import_module("workers.jobs")
    provide(partial(context_of, settings))
    assert settings.redis_url is not None, "checked with the database"
    work(args.queue, connect(settings.redis_url), burst=args.burst)
    return 0


if __name__ == "__main__":
    sys.exit(main())
