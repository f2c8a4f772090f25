"""Options that several subcommands have."""

import argparse
from pathlib import Path
from uuid import UUID


def add_data(parser: argparse.ArgumentParser) -> None:
    """Add `--data DIR`."""
    parser.add_argument("--data", type=Path, metavar="DIR", help="data folder (default: MENTORLEDGER_DATA, else ./var)")


def add_action_data(parser: argparse.ArgumentParser) -> None:
    """Add `--data DIR` to an action of a command, so that it may stand behind the action's name too."""
    # An action's default would overwrite what was given before its name.
    parser.add_argument("--data", type=Path, metavar="DIR", default=argparse.SUPPRESS, help=argparse.SUPPRESS)


def add_json(parser: argparse.ArgumentParser) -> None:
    """Add `--json`."""
    parser.add_argument("--json", action="store_true", help="print one JSON value instead of text")


def add_org(parser: argparse.ArgumentParser, *, required: bool = False) -> None:
    """Add `--org ID`; without it a command takes the only organisation there is."""
    parser.add_argument("--org", type=UUID, metavar="ID", required=required, help="the organisation's id")


def port(text: str) -> int:
    """Read a TCP port; 0 stands for any free one."""
    number = int(text)
    if not 0 <= number <= 65535:
        raise ValueError(text)
    return number
