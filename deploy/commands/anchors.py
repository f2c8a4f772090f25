"""Show who vouches for the checkpoints and with which key they are signed, ask them now, or write the evidence."""

import argparse
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from deploy.backing import open_backing
from deploy.errors import DeployError
from deploy.evidence import evidence_for
from deploy.jobs import context_of
from deploy.options import add_action_data, add_json, add_org
from deploy.organisation import the_organisation
from deploy.settings import Settings
from deploy.signing.reach import reached
from events.organisations import platform_log
from projections.effects import FAILED
from workers.anchors.rounds import anchor_round, anchors_of
from workers.context import Context


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the actions."""
    actions = parser.add_subparsers(metavar="ACTION", required=True)
    show = actions.add_parser("show", help="print the installation's key, for witnesses, and the newest anchors")
    show.set_defaults(act=_show)
    now = actions.add_parser("now", help="note, sign and have vouched for what is signed, without waiting for the hour")
    now.set_defaults(act=_now)
    evidence = actions.add_parser(
        "evidence", help="write what an auditor needs to check the anchors of an organisation"
    )
    evidence.add_argument("--to", type=Path, required=True, metavar="DIR", help="folder for the files; made if missing")
    add_org(evidence)
    evidence.set_defaults(act=_evidence)
    for action in (show, now, evidence):
        add_action_data(action)
        add_json(action)


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Do what the action says."""
    with _context(settings) as context:
        status: int = args.act(args, context)
    return status


@contextmanager
def _context(settings: Settings) -> Iterator[Context]:
    with open_backing(settings) as backing, reached(settings, backing) as keeper:
        context = context_of(replace(settings, database_url=backing.service, redis_url=backing.redis_url))
        try:
            yield replace(context, signer=keeper)
        finally:
            context.engine.dispose()


def _show(args: argparse.Namespace, context: Context) -> int:
    told = _told(context)
    if args.json:
        print(json.dumps(told))
        return 0
    print(f"Key of the installation's log, for its witnesses:\n{told['vkey']}")
    for one in told["anchors"]:
        print(f"{one['kind']:<8} {one['place']}: {one['size']} records, {one['at']}")
    for one in told["faults"]:
        print(f"FAIL     {one['place']}: {one['message']}")
    if not told["anchors"]:
        print("Nobody has vouched for anything yet. Set WITNESS_URLS, TSA_URL or ANCHOR_MAIL.")
    return 0


def _told(context: Context) -> dict[str, Any]:
    platform = platform_log(context.engine)
    assert context.signer is not None, "the command was given one"
    given = anchors_of(context, platform)
    faults = context.effects.below(platform, "anchor", FAILED)
    return {
        "vkey": context.signer.state(context.tree.origin(platform)).vkey,
        "anchors": [
            {"place": place, "kind": one.kind, "size": one.size, "at": one.at.isoformat()}
            for place, one in given.items()
        ],
        "faults": [{"place": one.key.partition("/")[2], "message": one.note} for one in faults],
    }


def _now(args: argparse.Namespace, context: Context) -> int:
    if not context.anchors:
        raise DeployError("no_anchors", "Nobody is named to vouch: set WITNESS_URLS, TSA_URL or ANCHOR_MAIL.")
    done = anchor_round(context, datetime.now(UTC), every=timedelta())
    if done is None:
        raise DeployError("nothing_signed", "No log is signed yet, or another round is just at it. Try again later.")
    failed = {place: error for place, error in done.places.items() if error is not None}
    if args.json:
        faults = {place: {"code": error.code, "message": error.message} for place, error in failed.items()}
        print(json.dumps({"size": done.size, "places": list(done.places), "faults": faults}))
    else:
        for place in done.places:
            print(f"{place}: {failed[place].message if place in failed else 'vouches for it'}")
    return int(bool(failed))


def _evidence(args: argparse.Namespace, context: Context) -> int:
    files = evidence_for(context, the_organisation(context.engine, args.org))
    try:
        args.to.mkdir(parents=True, exist_ok=True)
        for name, content in files.items():
            (args.to / name).write_bytes(content)
    except OSError as error:
        raise DeployError("unwritable_folder", f"Nothing can be written to {args.to}: {error.strerror}.") from error
    print(json.dumps({name: str(args.to / name) for name in files}) if args.json else f"{args.to}: {', '.join(files)}")
    return 0
