"""Write a bundle of evidence: of an organisation's whole log, a programme or a relationship, for `verify` to check.

With a signer at hand it is of the log as it is now, otherwise as it was at the newest checkpoint.
"""

import argparse
import json
import sys
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

from deploy.backing import Backing, open_backing
from deploy.bars import bar
from deploy.composition import Core, composed
from deploy.errors import DeployError
from deploy.options import add_json, add_org
from deploy.organisation import the_organisation
from deploy.settings import Settings
from deploy.signing.reach import reached
from events.checkpointing import checkpoint
from events.errors import LogHalted, SignerRefused, SignerUnavailable, VersionConflict
from events.organisations import known_platform_log
from events.proof.programmes import PROGRAMME
from events.treestore import TreeStore
from projections.queries import Queries
from services.anchors.evidence import Vouchers
from services.bundles.layout import Scope
from services.bundles.scope import RELATIONSHIP, must_be_there
from services.bundles.write import Exporter, Written
from services.streams import EVERY, streams_root_due, take_streams_root

ACTOR = "operator:command"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--programme", metavar="ID", help="only this programme, its relationships and enrolments")
    which.add_argument("--relationship", metavar="ID", help="only this relationship")
    parser.add_argument("--to", type=Path, required=True, metavar="PATH", help="a new folder, or a new file PATH.zip")
    add_org(parser)
    add_json(parser)


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Have the log signed as it is, and write the bundle."""
    with open_backing(settings) as backing, composed(backing.service_url) as core:
        org = the_organisation(core.engine, args.org)
        tree = TreeStore(core.engine)
        scope = _scope(args)
        if scope is not None:
            must_be_there(Queries(core.engine, core.log), org, scope)
        stale = _refresh(core, tree, settings, backing, org)
        with bar("export", quiet=args.json, unit="files", transient=True) as progress:
            vouchers = Vouchers(known_platform_log(core.engine), core.log, tree, Queries(core.engine, core.log))
            exporter = Exporter(core.log, tree, progress, vouchers)
            written = exporter.organisation(org, args.to) if scope is None else exporter.part(org, scope, args.to)
    _show(written, org, args.to, stale, as_json=args.json)
    return 0


def _scope(args: argparse.Namespace) -> Scope | None:
    if args.programme:
        return Scope(kind=PROGRAMME, id=args.programme)
    return Scope(kind=RELATIONSHIP, id=args.relationship) if args.relationship else None


def _refresh(core: Core, tree: TreeStore, settings: Settings, backing: Backing, org: UUID) -> str | None:
    """Have the log state how its streams end, if anything came since, and have it signed; or say why that cannot be."""
    now = datetime.now(UTC)
    try:
        with reached(settings, backing) as signer:
            signer.check()
            # As if the day were over after which the log states it anyway.
            if streams_root_due(core.log, org, now + EVERY):
                take_streams_root(core.pipeline, tree, org, now, actor=ACTOR)
            checkpoint(tree, signer, org)
    except (DeployError, LogHalted, SignerRefused, SignerUnavailable, VersionConflict) as error:
        return str(error)
    return None


def _show(written: Written, org: UUID, path: Path, stale: str | None, *, as_json: bool) -> None:
    if as_json:
        print(json.dumps(asdict(written) | {"path": str(path), "stale": stale}))
        return
    if stale is not None:
        print(f"This is the log as it was at its newest checkpoint. {stale}", file=sys.stderr)
    print(f"{path}: {written.records:,} records of {written.origin} at size {written.size:,}, {written.files:,} files")
    shows = f"`mentorledger key show --org {org}`"
    print(f"To check it: `mentorledger verify {path} --key VKEY`, with the key that {shows} prints.")
