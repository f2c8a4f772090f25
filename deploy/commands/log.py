"""Show how each log stands to what was signed of it; bring lost records back, let a halted log take events again."""

import argparse
import json
from pathlib import Path

from deploy.backing import open_backing
from deploy.composition import Core, composed
from deploy.errors import DeployError
from deploy.options import add_action_data, add_json, add_org
from deploy.organisation import the_organisation
from deploy.settings import Settings
from deploy.signing.reach import reached
from deploy.signing.standing import Standing, standing
from events.checkpointing import halt_if_gone_back
from events.organisations import organisations
from events.proof.checkpoint import origin_of
from events.proof.tree import root
from events.refill import refill
from events.treestore import TreeStore
from projections.auditing import Anchor, audit
from projections.heads import LIVE
from projections.rebuild import rebuild
from services.bundles.faults import Unsound
from services.bundles.missing import missing_records
from workers.signing import Keeper


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the actions."""
    actions = parser.add_subparsers(metavar="ACTION", required=True)
    status = actions.add_parser("status", help="show size, signed size and halt of each log")
    status.set_defaults(act=_status)
    resume = actions.add_parser("resume", help="check a halted log against what was signed, then let it take events")
    resume.set_defaults(act=_resume)
    back = actions.add_parser("refill", help="bring lost records back from a bundle of the whole organisation")
    back.add_argument("bundle", type=Path, metavar="BUNDLE", help="a folder or .zip that `mentorledger export` wrote")
    back.set_defaults(act=_refill)
    for action in (status, resume, back):
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
    org = the_organisation(core.engine, args.org)
    tree = TreeStore(core.engine)
    one = standing(tree, keeper, org)
    if one.size < one.signed:
        raise DeployError(
            "records_missing",
            f"{one.signed - one.size:,} of {one.signed:,} signed records are missing. Bring the database back to a "
            "newer state first (from a replica, or from a newer copy with its write-ahead log), or the records from a "
            "bundle of the whole organisation: `mentorledger log refill BUNDLE`.",
        )
    memory = keeper.state(origin_of(org))
    found = audit(core.engine, org, [Anchor("the signer", memory.size, memory.root)])
    if found.found:
        raise DeployError(
            "records_differ",
            f"The records are not those that were signed: {found.findings[0].sentence} `mentorledger audit` shows all.",
        )
    tree.resume(org)
    if args.json:
        print(json.dumps(_as_json(standing(tree, keeper, org))))
    else:
        print(f"All {found.records:,} records are as they were signed. The log takes events.")


def _refill(args: argparse.Namespace, core: Core, keeper: Keeper) -> None:
    """Bring the records back, fold the states anew, and then ask for more than the bundle's word: read all of it."""
    org = the_organisation(core.engine, args.org)
    tree = TreeStore(core.engine)
    if not halt_if_gone_back(tree, keeper, org):
        raise DeployError("nothing_missing", "This log has all records that were signed of it.")
    while tree.complete_tiles(org):
        pass
    size, vkeys = tree.size(org), [key.vkey for key in keeper.keys(origin_of(org))]
    lost = missing_records(args.bundle, vkeys, str(org), size, root(size, tree.hash_at(org, size)))
    try:
        refill(core.engine, org, size, lost)
    except Unsound as error:
        fault = error.fault
        raise DeployError(fault.code, f"{fault.file}: {fault.sentence}".removeprefix(": ")) from error
    rebuild(core.engine, org, LIVE)
    _resume(args, core, keeper)


def _as_json(one: Standing) -> dict[str, object]:
    return {"organisation_id": str(one.org), "size": one.size, "signed": one.signed, "halted": one.halted}
