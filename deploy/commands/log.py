"""Show how each log stands to what was signed of it; bring lost records back, let a halted log take events again."""

import argparse
import json
from pathlib import Path

from deploy.backing import open_backing
from deploy.commands.org import ACTOR
from deploy.composition import Core, composed
from deploy.options import add_action_data, add_json, add_org
from deploy.organisation import the_organisation
from deploy.settings import Settings
from deploy.signing.reach import reached
from deploy.signing.recovery import Recovery
from deploy.signing.standing import Standing, standing
from events.organisations import organisations
from events.treestore import TreeStore
from workers.signing import Keeper


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the actions."""
    actions = parser.add_subparsers(metavar="ACTION", required=True)
    status = actions.add_parser("status", help="show size, signed size and halt of each log")
    status.set_defaults(act=_status)
    resume = actions.add_parser("resume", help="check a halted log against what was signed, then let it take events")
    resume.add_argument(
        "--new-origin", action="store_true", help="go on without records that are lost for good, under a new key"
    )
    resume.set_defaults(act=_resume)
    refill = actions.add_parser("refill", help="bring lost records back from a bundle of the whole organisation")
    refill.add_argument("bundle", type=Path, metavar="BUNDLE", help="a folder or .zip that `mentorledger export` wrote")
    refill.set_defaults(act=_refill)
    for action in (status, resume, refill):
        add_org(action)
        add_action_data(action)
        add_json(action)


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Do what the action says."""
    with (
        open_backing(settings) as backing,
        composed(backing.service_url) as core,
        reached(settings, backing) as keeper,
    ):
        args.act(args, core, keeper)
    return 0


def _status(args: argparse.Namespace, core: Core, keeper: Keeper) -> None:
    asked = organisations(core.engine) if args.org is None else [the_organisation(core.engine, args.org)]
    found = [standing(TreeStore(core.engine), keeper, org) for org in asked]
    if args.json:
        print(json.dumps([_as_json(one) for one in found]))
        return
    for one in found:
        print(f"{one.org}  {one.size:>12,} records  {one.signed:>12,} signed  {one.halted or ''}".rstrip())


def _resume(args: argparse.Namespace, core: Core, keeper: Keeper) -> None:
    recovery = _recovery(args, core, keeper)
    if args.new_origin:
        origin = recovery.begin_origin(ACTOR)
        said = f"The log goes on as {origin}. Give its new key to all who have the old one: `mentorledger key show`."
    else:
        said = f"All {recovery.resume():,} records are as they were signed. The log takes events."
    _tell(args, recovery, said)


def _refill(args: argparse.Namespace, core: Core, keeper: Keeper) -> None:
    recovery = _recovery(args, core, keeper)
    _tell(args, recovery, f"The log has all {recovery.refill(args.bundle):,} records again and takes events.")


def _recovery(args: argparse.Namespace, core: Core, keeper: Keeper) -> Recovery:
    return Recovery(core, TreeStore(core.engine), keeper, the_organisation(core.engine, args.org))


def _tell(args: argparse.Namespace, recovery: Recovery, said: str) -> None:
    if args.json:
        print(json.dumps(_as_json(standing(recovery.tree, recovery.keeper, recovery.org))))
    else:
        print(said)


def _as_json(one: Standing) -> dict[str, object]:
    return {
        "organisation_id": str(one.org),
        "origin": one.origin,
        "size": one.size,
        "signed": one.signed,
        "halted": one.halted,
    }
