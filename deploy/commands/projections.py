"""Look after the views: where they stand, build one anew beside the running one, go back, drop old builds."""

import argparse
import json
from dataclasses import asdict
from uuid import UUID

from rich.console import Console
from rich.table import Table
from sqlalchemy import Engine

from deploy.backing import open_backing
from deploy.bars import bar
from deploy.errors import DeployError
from deploy.options import add_action_data, add_json, add_org, summary
from deploy.organisation import the_organisation
from deploy.settings import Settings
from events.tenancy import make_engine
from projections.engine import Views
from projections.heads import LIVE
from projections.rebuild import ViewStatus, drop_old, rebuild, rollback, status
from projections.views.stored import STORED

VIEWS = (LIVE, *(view.name for view in STORED))


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the actions."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    for name, says in (
        ("status", "where every view stands"),
        ("rebuild", "fold the whole log again and switch"),
        ("rollback", "return to the build before the last rebuild"),
        ("drop-old", "take away builds that no longer count"),
    ):
        action = actions.add_parser(name, **summary(says))
        if name != "status":
            action.add_argument("view", choices=VIEWS, help="which view; live = the states that decisions use")
        add_org(action)
        add_action_data(action)
        add_json(action)


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Do the action and show where the views stand afterwards."""
    with open_backing(settings) as backing:
        engine = make_engine(backing.service_url)
        try:
            org = the_organisation(engine, args.org)
            _act(engine, org, args)
            _show(status(engine, org), as_json=args.json)
        finally:
            engine.dispose()
    return 0


def _act(engine: Engine, org: UUID, args: argparse.Namespace) -> None:
    match args.action:
        case "rebuild":
            _rebuild(engine, org, args.view, quiet=args.json)
        case "rollback":
            try:
                rollback(engine, org, args.view)
            except LookupError as error:
                raise DeployError("no_build_before", str(error)) from error
        case "drop-old":
            drop_old(engine, org, args.view)
        case _:
            Views(engine).catch_up(org)


def _rebuild(engine: Engine, org: UUID, view: str, *, quiet: bool) -> None:
    with bar(f"rebuild {view}", quiet=quiet) as say:
        progress = rebuild(engine, org, view, lambda one: say(one.events, one.total))
        say(progress.total, progress.total)


def _show(found: list[ViewStatus], *, as_json: bool) -> None:
    if as_json:
        print(json.dumps([asdict(one) for one in found], indent=2))
        return
    table = Table("View", "Build", "Rows made by", "Code", "Position", "Behind", "Build before", "Parked")
    for one in found:
        numbers = (one.build, one.rows_version, one.code_version, one.position, one.behind)
        before = "-" if one.previous_build is None else str(one.previous_build)
        table.add_row(one.view, *(f"{number:,}" for number in numbers), before, str(one.parked))
    Console().print(table)
