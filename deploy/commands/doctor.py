"""Check the data folder, the database, Redis and the signer, and say what is wrong and what to do."""

import argparse
import json
from dataclasses import asdict

from deploy.backing import open_backing
from deploy.checks import findings
from deploy.options import add_json
from deploy.settings import Settings


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    add_json(parser)


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Print a line per check; 1 where one fails."""
    with open_backing(settings) as backing:
        found = list(findings(settings, backing))
    if args.json:
        print(json.dumps([asdict(finding) for finding in found]))
    else:
        for finding in found:
            print(f"{'ok  ' if finding.code is None else 'FAIL'} {finding.check}: {finding.message}")
    return int(any(finding.code for finding in found))
