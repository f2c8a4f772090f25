"""The `mentorledger` command: one module of `deploy.commands` per subcommand.

A module there has `configure(parser)` and `run(args, settings) -> int` (0 done, 1 refused); the first line of
its docstring is its help. An error with a `code` and a `message` becomes one line, `error [code]: message`,
and exit code 1.
"""

import argparse
import importlib
import json
import os
import pkgutil
import sys
from collections.abc import Sequence
from dataclasses import replace
from io import TextIOWrapper
from types import ModuleType

from deploy import commands
from deploy.errors import DeployError
from deploy.options import add_data
from deploy.settings import Settings

REFUSED = 1


def main(argv: Sequence[str] | None = None) -> int:
    """Run one subcommand and return its exit code; wrong usage ends in SystemExit(2)."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):  # a terminal that lacks a letter shows its number
            stream.reconfigure(errors="backslashreplace")
    words = list(sys.argv[1:] if argv is None else argv)
    args = _parser(words).parse_args(words)
    try:
        settings = Settings.from_environment(os.environ)
        if args.data is not None:
            settings = replace(settings, data=args.data)
        status: int = args.run(args, settings)
    except KeyboardInterrupt:
        return _refuse(args, DeployError("interrupted", "Stopped before it was done."))
    except BrokenPipeError:
        # Whoever read our output has gone (`| head`); Python would complain again when it closes the stream.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return REFUSED
    except Exception as error:
        if not (hasattr(error, "code") and hasattr(error, "message")):
            raise
        return _refuse(args, error)
    return status


def names() -> list[str]:
    """Return the subcommands that there are, by their modules."""
    return sorted(_modules())


def _parser(words: Sequence[str]) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="mentorledger", description="The system of record for mentoring programmes.")
    subparsers = parser.add_subparsers(metavar="COMMAND", required=True)
    known = names()
    # Only the wanted command's module is loaded: each has its own libraries to wait for.
    for name in [word for word in words[:1] if word in known] or known:
        module = _module(name)
        summary = (module.__doc__ or "").strip().splitlines()[0]
        subparser = subparsers.add_parser(name, help=summary, description=module.__doc__)
        add_data(subparser)
        module.configure(subparser)
        subparser.set_defaults(run=module.run)
    return parser


def _modules() -> dict[str, str]:
    """Return the module of each subcommand; `import_` ends so because `import` is a word of Python."""
    found = (module.name for module in pkgutil.iter_modules(commands.__path__))
    return {module.rstrip("_").replace("_", "-"): module for module in found}


def _module(name: str) -> ModuleType:
    return importlib.import_module(f"{commands.__name__}.{_modules()[name]}")


def _refuse(args: argparse.Namespace, error: Exception) -> int:
    code, message = getattr(error, "code"), getattr(error, "message")  # noqa: B009  # any package's error has them
    if getattr(args, "json", False):
        print(json.dumps({"error": {"code": code, "message": message}}))
    print(f"error [{code}]: {message}", file=sys.stderr)
    return REFUSED


if __name__ == "__main__":
    sys.exit(main())
