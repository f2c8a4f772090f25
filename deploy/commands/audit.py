"""Read a whole log again: roots, columns and views from the record bytes, against the signer's memory."""

import argparse
import json
from dataclasses import asdict
from uuid import UUID

from deploy.addresses import full
from deploy.backing import open_backing
from deploy.composition import composed
from deploy.options import add_json, add_org
from deploy.organisation import the_organisation
from deploy.settings import Settings
from events.treestore import TreeStore
from projections.auditing import Audit, audit
from workers.audit import anchors_of
from workers.signing import HttpSigner


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    add_org(parser)
    add_json(parser)


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Print what was found; 1 where something is not as it must be."""
    with open_backing(settings) as backing, composed(full(backing.service)) as core:
        org = the_organisation(core.engine, args.org)
        signer = None if backing.signer_url is None else HttpSigner(backing.signer_url)
        anchors = anchors_of(TreeStore(core.engine), signer, org)
        found = audit(core.engine, org, anchors)
    sources = [f"{one.source} (size {one.size:,})" for one in anchors]
    if args.json:
        print(json.dumps(asdict(found) | {"root": found.root.hex(), "held_up_to": sources}))
    else:
        _show(org, found, sources)
    return int(found.found > 0)


def _show(org: UUID, found: Audit, sources: list[str]) -> None:
    print(f"Organisation {org}: {found.records:,} records of {found.streams:,} streams, root {found.root.hex()}")
    print(f"Held up to: {', '.join(sources) or 'nothing outside the database: no signer is set and nothing is signed'}")
    for one in found.findings:
        place = "" if one.position is None else f" (position {one.position:,})"
        print(f"FAIL {one.code}{place}: {one.sentence}")
    if found.found > len(found.findings):
        print(f"and {found.found - len(found.findings):,} more")
    if not found.found:
        print("ok   Nothing is wrong.")
