"""Make an organisation with its first token, or list the organisations there are."""

import argparse
import json

from deploy.backing import open_backing
from deploy.composition import Core, composed
from deploy.errors import DeployError
from deploy.options import add_action_data, add_json, summary
from deploy.organisation import make_organisation, organisations_named, state_of
from deploy.settings import Settings
from events.organisations import organisations

ACTOR = "operator:command"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the actions."""
    actions = parser.add_subparsers(metavar="ACTION", required=True)
    create = actions.add_parser("create", **summary("make an organisation and print a token with all scopes"))
    create.add_argument("name", metavar="NAME", help="what it is called")
    create.add_argument("--same-name", action="store_true", help="also if there is one of this name already")
    create.set_defaults(act=_create, begins=True)
    listing = actions.add_parser("list", **summary("list the organisations by id"))
    listing.set_defaults(act=_list, begins=False)
    for action in (create, listing):
        add_action_data(action)
        add_json(action)


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Do what the action says."""
    with open_backing(settings, create=args.begins) as backing, composed(backing.service_url) as core:
        args.act(args, core)
    return 0


def _create(args: argparse.Namespace, core: Core) -> None:
    if not args.same_name and (found := organisations_named(core, args.name)):
        sentence = f"{found[0]} has this name already. Choose another name, or give --same-name to make one more."
        raise DeployError("name_taken", sentence)
    org, token = make_organisation(core, args.name, actor=ACTOR)
    if args.json:
        print(json.dumps({"organisation_id": str(org), "token": token}))
    else:
        print(f"Organisation {org}\nToken: {token}\nThe token is shown this once. Keep it as you keep a password.")


def _list(args: argparse.Namespace, core: Core) -> None:
    found = [
        {"organisation_id": str(org), "name": state_of(core, org).name or "(no name)"}
        for org in organisations(core.engine)
    ]
    if args.json:
        print(json.dumps(found, ensure_ascii=False))
        return
    for one in found:
        print(f"{one['organisation_id']}  {one['name']}")
    if not found:
        print("There is no organisation yet; make one with `mentorledger org create NAME`.")
