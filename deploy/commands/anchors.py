"""Show who vouches for the checkpoints, ask them now, write the evidence, or name an organisation's mailboxes."""

import argparse
import json
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from deploy.backing import open_backing
from deploy.commands.org import ACTOR
from deploy.errors import DeployError
from deploy.evidence import evidence_for
from deploy.jobs import context_of
from deploy.mailboxes import change_mailboxes
from deploy.options import add_action_data, add_json, add_org, summary
from deploy.organisation import the_organisation
from deploy.settings import Settings
from deploy.signing.reach import reached
from events.organisations import platform_log
from projections.effects import FAILED
from workers.anchors.mailboxes import Mailbox, Mailed, mail_checkpoints, mailboxes
from workers.anchors.rounds import Round, anchor_round, anchors_of
from workers.context import Context


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the actions."""
    actions = parser.add_subparsers(metavar="ACTION", required=True)
    show = actions.add_parser("show", **summary("print the installation's key, for witnesses, and the newest anchors"))
    show.set_defaults(act=_show)
    now = actions.add_parser("now", **summary("note, sign and have vouched for what is signed, without waiting"))
    now.set_defaults(act=_now)
    evidence = actions.add_parser(
        "evidence", **summary("write what an auditor needs to check the anchors of an organisation")
    )
    evidence.add_argument("--to", type=Path, required=True, metavar="DIR", help="folder for the files; made if missing")
    add_org(evidence)
    evidence.set_defaults(act=_evidence)
    addresses = actions.add_parser(
        "addresses", **summary("show, and change, who gets an organisation's checkpoints by mail: an auditor, a funder")
    )
    for option in ("add", "remove"):
        says = f"{option} this one; may be given again"
        addresses.add_argument(f"--{option}", action="append", default=[], metavar="ADDRESS", help=says)
    add_org(addresses)
    addresses.set_defaults(act=_addresses, signs=False)
    parser.set_defaults(signs=True)
    for action in (show, now, evidence, addresses):
        add_action_data(action)
        add_json(action)


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Do what the action says."""
    with _context(settings, signs=args.signs) as context:
        status: int = args.act(args, context)
    return status


@contextmanager
def _context(settings: Settings, *, signs: bool) -> Iterator[Context]:
    with open_backing(settings) as backing, reached(settings, backing) if signs else nullcontext() as keeper:
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
    done = anchor_round(context, datetime.now(UTC), every=timedelta())
    mailed = mail_checkpoints(context, datetime.now(UTC), every=timedelta())
    if done is None and not mailed:
        raise _nothing_done(context)
    faults = {} if done is None else {place: error for place, error in done.places.items() if error is not None}
    if args.json:
        print(json.dumps(_done(done, mailed)))
    else:
        for place in done.places if done else ():
            print(f"{place}: {faults[place].message if place in faults else 'vouches for it'}")
        for org, one in mailed.items():
            print(f"Organisation {org}, {one.size} records: {one.sent} mail(s) sent, {one.failed} failed")
    return int(bool(faults) or any(one.failed for one in mailed.values()))


def _nothing_done(context: Context) -> DeployError:
    if context.anchors:
        return DeployError("nothing_signed", "No log is signed yet, or another round is just at it. Try again later.")
    return DeployError(
        "no_anchors",
        "Nobody is named to vouch, or to get a mail about what is new: set WITNESS_URLS, TSA_URL or ANCHOR_MAIL, or "
        "name an organisation's mailboxes with `anchors addresses`.",
    )


def _done(done: Round | None, mailed: dict[UUID, Mailed]) -> dict[str, Any]:
    places = {} if done is None else done.places
    faults = {place: error for place, error in places.items() if error is not None}
    return {
        "size": None if done is None else done.size,
        "places": list(places),
        "faults": {place: {"code": error.code, "message": error.message} for place, error in faults.items()},
        "mailed": {str(org): asdict(one) for org, one in mailed.items()},
    }


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


def _addresses(args: argparse.Namespace, context: Context) -> int:
    org = the_organisation(context.engine, args.org)
    if args.add or args.remove:
        change_mailboxes(context.pipeline, context.queries, org, args.add, args.remove, actor=ACTOR)
    found = mailboxes(context, org)
    if args.json:
        print(json.dumps([_mailbox(one) for one in found]))
        return 0
    for one in found:
        last = f"{one.last.size} records, {one.last.at.isoformat()}" if one.last else "no mail yet"
        print(f"{one.address}: {last}" + (f"; FAIL {one.fault}" if one.fault else ""))
    if not found:
        print("Nobody is named. Name somebody with --add ADDRESS.")
    return 0


def _mailbox(one: Mailbox) -> dict[str, Any]:
    size, at = (one.last.size, one.last.at.isoformat()) if one.last else (None, None)
    return {"address": one.address, "size": size, "at": at, "fault": one.fault or None}
