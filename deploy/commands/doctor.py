"""Check the data folder, the database, Redis and the signer, and say what is wrong and what to do."""

import argparse
import json
import textwrap
from collections.abc import Iterator
from dataclasses import asdict

from deploy.backing import open_backing
from deploy.checks import Finding, findings
from deploy.errors import DeployError
from deploy.options import add_json
from deploy.settings import Settings

WIDTH = 100
INDENT = " " * 5


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    add_json(parser)


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Print a line per check; 1 where one fails."""
    try:
        with open_backing(settings) as backing:
            found = list(findings(settings, backing))
    except DeployError as error:
        found = [Finding("servers", error.code, error.message)]
    if args.json:
        print(json.dumps([asdict(finding) for finding in found]))
    else:
        for finding in found:
            print("\n".join(_lines(finding)))
    return int(any(finding.code for finding in found))


def _lines(finding: Finding) -> Iterator[str]:
    """The finding, its long lines broken; not those that are indented: commands, to be copied as they are."""
    first, *more = finding.message.splitlines()
    yield from _broken(f"{'ok  ' if finding.code is None else 'FAIL'} {finding.check}: {first}", "")
    for line in more:
        yield from [INDENT + line] if line.startswith(" ") else _broken(line, INDENT)


def _broken(line: str, indent: str) -> list[str]:
    return textwrap.wrap(
        line,
        WIDTH,
        initial_indent=indent,
        subsequent_indent=INDENT,
        break_long_words=False,
        break_on_hyphens=False,
    )
