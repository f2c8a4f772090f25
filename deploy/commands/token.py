"""Issue, list or revoke access tokens of an organisation."""

import argparse
import json
from uuid import UUID

from deploy import tokens
from deploy.backing import open_backing
from deploy.commands.org import ACTOR
from deploy.composition import Core, composed
from deploy.options import add_action_data, add_json, add_org, identifier, summary
from deploy.organisation import the_organisation
from deploy.settings import Settings
from projections.queries import Queries


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the actions."""
    actions = parser.add_subparsers(metavar="ACTION", required=True)
    issue = actions.add_parser("issue", **summary("make a token and print it, this once"))
    issue.add_argument("--label", default="Command line", help="what it is for; shown in lists")
    issue.add_argument(
        "--scope", action="append", choices=tokens.SCOPES, help="what it may do (default: all); may be given again"
    )
    issue.set_defaults(act=_issue)
    revoke = actions.add_parser("revoke", **summary("close a token for good"))
    revoke.add_argument("token_id", type=identifier, metavar="ID", help="the token's id, as `list` shows it")
    revoke.set_defaults(act=_revoke)
    listing = actions.add_parser("list", **summary("list the tokens by id, without their secrets"))
    listing.set_defaults(act=_list)
    for action in (issue, revoke, listing):
        add_org(action)
        add_action_data(action)
        add_json(action)


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Do what the action says."""
    with open_backing(settings) as backing, composed(backing.service_url) as core:
        args.act(args, core, the_organisation(core.engine, args.org))
    return 0


def _issue(args: argparse.Namespace, core: Core, org: UUID) -> None:
    token_id, token = tokens.issue(core, org, label=args.label, scopes=args.scope or tokens.SCOPES, actor=ACTOR)
    if args.json:
        print(json.dumps({"token_id": str(token_id), "token": token}))
    else:
        print(f"Token {token_id}\n{token}\nIt is shown this once. Keep it as you keep a password.")


def _revoke(args: argparse.Namespace, core: Core, org: UUID) -> None:
    tokens.revoke(core, org, args.token_id, actor=ACTOR)
    print(json.dumps({"revoked": str(args.token_id)}) if args.json else f"Token {args.token_id} is revoked.")


def _list(args: argparse.Namespace, core: Core, org: UUID) -> None:
    current = Queries(core.engine, core.log).one(org, f"organisation-{org}")
    known = current.state.tokens.items() if current is not None else ()
    ended = frozenset(current.state.revoked if current is not None else ())
    found = [
        {"token_id": id_, "label": one.label, "scopes": list(one.scopes), "revoked": id_ in ended} for id_, one in known
    ]
    if args.json:
        print(json.dumps(found, ensure_ascii=False))
        return
    for line in found:
        state = "revoked" if line["revoked"] else "open"
        print(f"{line['token_id']}  {state:<8} {','.join(line['scopes']):<24} {line['label']}")
    if not found:
        print("There is no token yet; make one with `mentorledger token issue`.")
