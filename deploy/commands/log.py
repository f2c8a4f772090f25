"""Show how each log stands to what was signed of it; bring lost records back, let a halted log take events again."""

import argparse
import json
from pathlib import Path

from deploy.addresses import database_url
from deploy.backing import Backing, open_backing
from deploy.commands.org import ACTOR
from deploy.composition import Core, composed
from deploy.options import add_action_data, add_json, add_org, summary
from deploy.organisation import the_log
from deploy.quiet import require_stopped
from deploy.settings import Settings
from deploy.signing.reach import reached
from deploy.signing.recovery import Recovery
from deploy.signing.standing import Standing, standing
from events.organisations import organisations
from events.treestore import TreeStore
from workers.signing import Keeper

KEYS = "Idempotency keys came with them: what a client sends again is answered as before."
NO_KEYS = (
    "A bundle holds no idempotency keys: a request that was answered with what was lost and is sent again counts as a "
    "new one. Tell those whose programs repeat requests."
)


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the actions."""
    actions = parser.add_subparsers(metavar="ACTION", required=True)
    status = actions.add_parser("status", **summary("show size, signed size and halt of each log"))
    status.set_defaults(act=_status)
    resume = actions.add_parser("resume", **summary("check a halted log against what was signed, let it take events"))
    resume.add_argument(
        "--new-origin", action="store_true", help="go on without records that are lost for good, under a new key"
    )
    resume.set_defaults(act=_resume)
    refill = actions.add_parser("refill", **summary("bring lost records back, from a replica or a whole log's bundle"))
    source = refill.add_mutually_exclusive_group(required=True)
    source.add_argument(
        "bundle", nargs="?", type=Path, metavar="BUNDLE", help="a folder or .zip that `mentorledger export` wrote"
    )
    source.add_argument(
        "--from-database",
        metavar="URL",
        help="another database that has the records still, with the idempotency keys, which a bundle does not have; "
        "the service's role or the owner, its password may stand in ~/.pgpass",
    )
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
        args.act(args, backing, core, keeper)
    return 0


def _status(args: argparse.Namespace, backing: Backing, core: Core, keeper: Keeper) -> None:
    asked = organisations(core.engine) if args.org is None else [the_log(core.engine, args.org)]
    found = [standing(TreeStore(core.engine), keeper, org) for org in asked]
    if args.json:
        print(json.dumps([_as_json(one) for one in found]))
        return
    for one in found:
        signed = "forgotten by the signer" if one.signed is None else f"{one.signed:>12,} signed"
        print(f"{one.org}  {one.size:>12,} records  {signed}  {one.halted or ''}".rstrip())


def _resume(args: argparse.Namespace, backing: Backing, core: Core, keeper: Keeper) -> None:
    recovery = _recovery(args, core, keeper)
    if args.new_origin:
        require_stopped(backing, core.engine)
        origin = recovery.begin_origin(ACTOR)
        shows = f"`mentorledger key show --org {recovery.org}`"
        said = f"The log goes on as {origin}. Give its new key to all who have the old one: {shows}."
    else:
        said = f"All {recovery.resume():,} records are as they were signed. The log takes events."
    _tell(args, recovery, said)


def _refill(args: argparse.Namespace, backing: Backing, core: Core, keeper: Keeper) -> None:
    recovery = _recovery(args, core, keeper)
    if args.from_database is None:
        back, keys = recovery.refill(args.bundle), NO_KEYS
    else:
        back, keys = recovery.refill_from(database_url(args.from_database, "--from-database")), KEYS
    _tell(args, recovery, f"The log has all {back:,} records again and takes events. {keys}")


def _recovery(args: argparse.Namespace, core: Core, keeper: Keeper) -> Recovery:
    return Recovery(core, TreeStore(core.engine), keeper, the_log(core.engine, args.org))


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
