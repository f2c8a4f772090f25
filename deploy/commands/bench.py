"""Measure this machine: each subject against yardsticks in the same run."""

import argparse
from importlib import import_module

from deploy.bench.ground import ground
from deploy.bench.table import show
from deploy.options import add_json
from deploy.settings import Settings

SUBJECTS = {
    "append": "append",
    "import": "imports",
    "read": "reading",
    "rebuild": "rebuild",
    "replay": "replay",
    "http": "http",
    "verify": "verify",
}
SIZED = ("read", "rebuild", "verify")


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument("subject", choices=tuple(SUBJECTS), help="what to measure")
    parser.add_argument(
        "--seconds", type=float, default=10.0, metavar="S", help="time for each contestant (default: 10)"
    )
    parser.add_argument(
        "--events",
        type=int,
        default=1_000_000,
        metavar="N",
        help="events of a big log (default: 1,000,000)",
    )
    add_json(parser)


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Measure on servers of its own, and print the table."""
    measured = import_module(f"deploy.bench.{SUBJECTS[args.subject]}")
    with ground() as servers:
        extra = {"events": args.events} if args.subject in SIZED else {}
        show(measured.measure(servers, args.seconds, **extra), as_json=args.json)
    return 0
