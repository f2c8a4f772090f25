"""Options that several subcommands have."""

import argparse
from argparse import ArgumentTypeError
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from events.record import MAX_INTEGER
from services.console.dates import Unreadable, read_bound

WITH_ITS_ZONE = "A moment needs its zone: 2026-01-31T09:00Z."
DATA = "data folder (default: MENTORLEDGER_DATA, else ./var)"


def summary(says: str) -> dict[str, Any]:
    """What `add_parser` takes for an action that does what `says` says: its line in the list, and above its help."""
    return {"help": says, "description": f"{says[0].upper()}{says[1:]}."}


def add_data(parser: argparse.ArgumentParser) -> None:
    """Add `--data DIR`."""
    parser.add_argument("--data", type=Path, metavar="DIR", help=DATA)


def add_action_data(parser: argparse.ArgumentParser) -> None:
    """Add `--data DIR` to an action of a command, so that it may stand behind the action's name too."""
    # An action's default would overwrite what was given before its name.
    parser.add_argument("--data", type=Path, metavar="DIR", default=argparse.SUPPRESS, help=DATA)


def add_json(parser: argparse.ArgumentParser) -> None:
    """Add `--json`."""
    parser.add_argument("--json", action="store_true", help="print one JSON value instead of text")


def add_org(parser: argparse.ArgumentParser, *, required: bool = False) -> None:
    """Add `--org ID`; without it a command takes the only organisation there is."""
    parser.add_argument("--org", type=identifier, metavar="ID", required=required, help="the organisation's id")


# What reads a word says, in what argparse prints behind the option's name, how the word is written.


def identifier(text: str) -> UUID:
    """Read an id."""
    try:
        return UUID(text)
    except ValueError as error:
        raise ArgumentTypeError(f"{text[:40]!r} is no id. Write it as it was shown: {UUID(int=0)}.") from error


def moment(text: str) -> datetime:
    """Read a day (its end, UTC) or a moment with its zone."""
    try:
        bound = read_bound(text)
    except Unreadable as error:
        raise ArgumentTypeError(f"{error} {WITH_ITS_ZONE}") from error
    if bound is None:
        raise ArgumentTypeError(f"There is no date. Write a day as year-month-day: 2026-01-31. {WITH_ITS_ZONE}")
    return bound.moment


def position(text: str) -> int:
    """Read a position of a log."""
    return _number(text, "position of the log", MAX_INTEGER)


def port(text: str) -> int:
    """Read a TCP port; 0 stands for any free one."""
    return _number(text, "port", 65535)


def _number(text: str, what: str, most: int) -> int:
    if not (text.isascii() and text.isdigit() and int(text[:20]) <= most):
        raise ArgumentTypeError(f"{text[:40]!r} is no {what}. Write a whole number from 0 to {most}.")
    return int(text)
