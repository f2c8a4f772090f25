"""Show the key that checkpoints of an organisation are checked with, replace it, or remind the signer of the last."""

import argparse
import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from deploy.backing import open_backing
from deploy.commands.org import ACTOR
from deploy.composition import Core, composed
from deploy.errors import DeployError
from deploy.options import add_action_data, add_json, add_org, summary
from deploy.organisation import the_log
from deploy.settings import Settings
from deploy.signing.reach import reached
from events.proof.notes import Verifier
from events.subjects.log import KeyRotated
from events.treestore import StoredCheckpoint, TreeStore
from services.pipeline import Fact
from services.streams import log_stream
from workers.signing import Keeper

OVERLAP_DAYS = 30


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the actions."""
    actions = parser.add_subparsers(metavar="ACTION", required=True)
    show = actions.add_parser("show", **summary("print the key and its fingerprint, for auditors and contracts"))
    show.set_defaults(act=_show)
    rotate = actions.add_parser("rotate", **summary("make a new key; the old one signs beside it for a while"))
    rotate.add_argument(
        "--overlap", type=int, default=OVERLAP_DAYS, metavar="DAYS", help="how long both sign (default: 30 days)"
    )
    rotate.set_defaults(act=_rotate)
    remember = actions.add_parser("remember", **summary("tell a signer that has lost its memory what it signed last"))
    known = remember.add_mutually_exclusive_group()
    known.add_argument(
        "--checkpoint", type=Path, metavar="FILE", help="the last checkpoint (default: the newest in the database)"
    )
    known.add_argument("--nothing-signed", action="store_true", help="no checkpoint was ever given out")
    remember.set_defaults(act=_remember)
    for action in (show, rotate, remember):
        add_org(action)
        add_action_data(action)
        add_json(action)


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Do what the action says."""
    with open_backing(settings) as backing, composed(backing.service_url) as core:
        org = the_log(core.engine, args.org)
        with reached(settings, backing) as keeper:
            args.act(args, core, org, keeper)
    return 0


def _show(args: argparse.Namespace, core: Core, org: UUID, keeper: Keeper) -> None:
    origin = TreeStore(core.engine).origin(org)
    found = [_told(key.vkey, key.signs_until) for key in keeper.keys(origin)]
    if args.json:
        print(json.dumps({"organisation_id": str(org), "origin": origin, "keys": found}))
        return
    for one in found:
        until = f"; signs until {one['signs_until']}" if one["signs_until"] else ""
        _print_key(f"Fingerprint {one['fingerprint']}{until}", one["vkey"])
    _say(
        "Give it to auditors by a way of its own, never together with a bundle: `mentorledger verify BUNDLE --key KEY`."
    )


def _rotate(args: argparse.Namespace, core: Core, org: UUID, keeper: Keeper) -> None:
    rotation = keeper.rotate(TreeStore(core.engine).origin(org), args.overlap)
    # Of one rotation one event, however often it is asked for; the next checkpoint puts it under both keys.
    data = KeyRotated(old_vkey=rotation.old_vkey, new_vkey=rotation.new_vkey)
    fact = Fact(stream=log_stream(org), data=data, occurred_at=datetime.now(UTC))
    core.pipeline.record(org, [fact], actor=ACTOR, key=f"key-rotated-{Verifier.of(rotation.new_vkey).fingerprint}")
    told = _told(rotation.new_vkey, None)
    until = _date(rotation.old_signs_until)
    if not rotation.begun:
        raise DeployError(
            "rotation_under_way",
            f"A rotation to {rotation.new_vkey} is under way: both keys sign until {until}. No other key was made. "
            "Whoever needs another key rotates again once the old one has retired: with the first "
            "checkpoint after that moment.",
        )
    if args.json:
        print(json.dumps(told | {"old_vkey": rotation.old_vkey, "old_signs_until": until}))
        return
    _print_key(f"New key, fingerprint {told['fingerprint']}", told["vkey"])
    _say(f"Both keys sign until {until}. Give the new one to all who have the old one.")


def _remember(args: argparse.Namespace, core: Core, org: UUID, keeper: Keeper) -> None:
    tree = TreeStore(core.engine)
    state = keeper.remember(tree.origin(org), _last_note(args, tree.latest(org)))
    if args.json:
        print(json.dumps({"organisation_id": str(org), "size": state.size, "root": state.root.hex()}))
        return
    print(f"The signer knows again that it has signed {state.size:,} records of this log.")
    if tree.halted(org):
        print(f"Then: `mentorledger log resume --org {org}`, which holds every record up to that.")


def _last_note(args: argparse.Namespace, latest: StoredCheckpoint | None) -> bytes | None:
    if args.checkpoint is not None:
        try:
            found: bytes = args.checkpoint.read_bytes()
        except OSError as error:
            raise DeployError("no_checkpoint", f"{args.checkpoint} cannot be read ({error.strerror}).") from error
        return found
    if latest is not None:
        return latest.note
    if not args.nothing_signed:
        raise DeployError(
            "no_checkpoint",
            "The database holds no checkpoint of this log. Give one with --checkpoint, or say --nothing-signed.",
        )
    return None


def _print_key(heading: str, vkey: str) -> None:
    """Keys alone go to standard output: what is kept of it is a file for `verify --key`, and fits into the page."""
    _say(heading)
    print(vkey, flush=True)


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _told(vkey: str, signs_until: int | None) -> dict[str, Any]:
    until = None if signs_until is None else _date(signs_until)
    return {"vkey": vkey, "fingerprint": Verifier.of(vkey).fingerprint, "signs_until": until}


def _date(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat()
