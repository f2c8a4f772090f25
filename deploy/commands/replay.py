"""Replay one relationship: as it was at a position of the log, as of a moment, or as known at one."""

import argparse
import json
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

import msgspec
from rich.console import Console
from rich.text import Text

from deploy.backing import open_backing
from deploy.errors import DeployError
from deploy.options import add_json, add_org, moment, position
from deploy.organisation import the_organisation
from deploy.settings import Settings
from events.log import Log
from events.tenancy import make_engine
from projections.queries import Queries
from projections.replay import Replayed, replay
from projections.views.timeline import Entry, timeline


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument("relationship", metavar="RELATIONSHIP", help="the relationship's id, or its stream's name")
    parser.add_argument(
        "--as-of", type=moment, metavar="T", help="what had happened by then: a day or 2026-01-31T09:00Z"
    )
    parser.add_argument("--known-at", type=moment, metavar="T", help="what the log held by then")
    parser.add_argument("--position", type=position, metavar="N", help="up to this position of the log")
    add_org(parser)
    add_json(parser)


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Print the state and the events that made it."""
    with open_backing(settings) as backing:
        engine = make_engine(backing.service_url)
        try:
            org = the_organisation(engine, args.org)
            log = Log(engine)
            stream = f"relationship-{args.relationship.removeprefix('relationship-')}"
            found = replay(log, org, stream, upto=args.position, as_of=args.as_of, known_at=args.known_at)
            whole = replay(log, org, stream)
            if not whole.events:
                raise DeployError("unknown_relationship", "There is no relationship of this id in the organisation.")
            if not found.events and not args.json:
                print(_nothing_yet(whole, args.position, args.known_at))
                return 0
            people = [member.person for member in found.snapshot.state.members]
            names = Queries(engine, log).names(org, people, [found.snapshot.state.programme_id])
            _show(found, len(whole.events), timeline(found.events, names), as_json=args.json)
        finally:
            engine.dispose()
    return 0


def _nothing_yet(whole: Replayed, upto: int | None, known_at: datetime | None) -> str:
    """Why nothing counts within the bounds, and from where on something does."""
    first = min(whole.events, key=lambda one: one.position)
    began = min(one.occurred_at for one in whole.events)
    unknown = (known_at is not None and first.recorded_at > known_at) or (upto is not None and first.position > upto)
    return (
        f"{whole.snapshot.state.title or '(no title)'}\n"
        f"Nothing of this {'was written down' if unknown else 'had happened'} by then. "
        f"It was written down from {_written(first.recorded_at)} on (--known-at), position {first.position} "
        f"(--position), and begins at {_written(began)} (--as-of)."
    )


def _written(moment: datetime) -> str:
    """A moment as an option takes it, to the microsecond: a rounded one would lie before what it is the moment of."""
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat() + "Z"


def _show(found: Replayed, total: int, entries: Iterable[Entry], *, as_json: bool) -> None:
    if as_json:
        document: dict[str, Any] = {
            "events": len(found.events),
            "of": total,
            "stream_version": found.snapshot.version,
            "state": msgspec.to_builtins(found.snapshot.state),
            "timeline": [msgspec.to_builtins(entry) for entry in entries],
        }
        print(json.dumps(document, ensure_ascii=False, indent=2))
        return
    # Not broken at the width of a terminal that is none: each entry is a line for whoever searches them.
    console, state = Console(soft_wrap=True), found.snapshot.state
    console.print(Text(state.title or "(no title)", style="bold"))
    console.print(f"status {state.status or '-'}, stage {state.stage or '-'}; {len(found.events)} of {total} events")
    for entry in entries:
        # A Text, since what people wrote may look like the console's markup.
        console.print(Text(f"{entry.position:>8}  {entry.occurred_at:%Y-%m-%d %H:%M}  {entry.headline}"))
