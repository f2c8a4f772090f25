"""Bring the database's roles and tables to this program's version."""

import argparse
import json

from deploy import migrations
from deploy.backing import open_backing
from deploy.options import add_json
from deploy.settings import Settings


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    add_json(parser)


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Migrate where the owner's address is known, else say whether the tables are current."""
    with open_backing(settings, create=True) as backing:
        if backing.owner is not None:
            migrations.upgrade(backing.owner)
        migrations.require_current(backing.service)
        versions = sorted(migrations.applied(backing.service))
    print(json.dumps({"versions": versions}) if args.json else f"The database is at version {', '.join(versions)}.")
    return 0
