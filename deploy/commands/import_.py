"""Take over an organisation's own records: a roster (CSV) or a history (a JSON fact per line).

Without --commit nothing is written: every row's verdict is shown, and the position of the log it holds for.
"""

import argparse
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID, uuid4

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from deploy.backing import open_backing
from deploy.composition import Core, composed
from deploy.errors import DeployError
from deploy.options import add_json, add_org
from deploy.organisation import make_organisation, organisation_named, state_of, the_organisation
from deploy.settings import Settings
from deploy.verdicts import Shown, as_json, as_lines, refuses, writes
from services.imports.batch import Importer, known_course
from services.imports.batch import Progress as Told
from services.imports.text import MAX_FILE
from services.imports.undo import Undoer
from services.texts import must_be_named

ACTOR = "operator:command"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument("files", nargs="*", type=Path, metavar="FILE", help="rosters and histories, in this order")
    parser.add_argument("--commit", action="store_true", help="write what the preview shows")
    parser.add_argument(
        "--into", metavar="NAME", help="the organisation of this name; --commit makes it, if there is none"
    )
    parser.add_argument("--at", type=int, metavar="POSITION", help="only if the log is where a preview saw it")
    parser.add_argument("--batch", type=UUID, metavar="ID", help="finish the import of this id, which was cut off")
    parser.add_argument("--undo", type=UUID, metavar="ID", help="take the import of this id back as a whole")
    parser.add_argument("--reason", default="", help="why it is taken back; kept in the log")
    add_org(parser)
    add_json(parser)
    parser.set_defaults(usage_error=parser.error)


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Preview, commit or undo imports."""
    _check_usage(args)
    files = [(path.name, _read(path)) for path in args.files]
    with open_backing(settings, create=args.commit) as backing, composed(backing.service_url) as core:
        org = _organisation(core, args)
        results = [_undo(core, org, args)] if args.undo else _imports(core, org, files, args)
    _show(results, args)
    return 1 if any(refuses(result) for result in results) else 0


def _check_usage(args: argparse.Namespace) -> None:
    if bool(args.files) == (args.undo is not None):
        args.usage_error("give either FILE or --undo ID")
    if args.into is not None and args.org is not None:
        args.usage_error("give either --into NAME or --org ID")
    if len(args.files) > 1 and (args.at is not None or args.batch is not None):
        args.usage_error("--at and --batch speak of one FILE")


def _organisation(core: Core, args: argparse.Namespace) -> UUID | None:
    """The organisation to work for; None for one that is not there yet, which only a new import can make."""
    if args.into is not None:
        found = organisation_named(core, args.into)
        if found is None:
            _must_be_possible(args)
        return found
    org = the_organisation(core.engine, args.org)
    if args.org is None and state_of(core, org).simulated:
        raise DeployError(
            "simulated_organisation",
            "The only organisation here is the simulated one. Name yours with --into NAME; a commit makes it.",
        )
    return org


def _must_be_possible(args: argparse.Namespace) -> None:
    """Refuse what makes no sense for an organisation that is not there yet."""
    if args.undo is not None or args.batch is not None:
        raise DeployError("unknown_organisation", f"There is no organisation called {args.into} here.")
    must_be_named(args.into)
    if args.at:
        raise DeployError(
            "position_moved",
            f"{args.into} is not there yet: its log is at 0, not at {args.at}. Preview the file again.",
        )


def _imports(core: Core, org: UUID | None, files: list[tuple[str, bytes]], args: argparse.Namespace) -> list[Shown]:
    """Preview or commit the files, one after the other; where one cannot be read at all, none is written."""
    if not args.commit or org is None or len(files) > 1:
        previews = [_preview(core, org or uuid4(), name, data) for name, data in files]
        if not args.commit or (org is None and not any(writes(one) for one in previews)):
            return previews
    at = args.at if org is not None else None  # the log of one that is made now begins with the organisation itself
    into = org or _make(core, args)
    return [_commit(core, into, name, data, at, args) for name, data in files]


def _make(core: Core, args: argparse.Namespace) -> UUID:
    org, token = make_organisation(core, args.into, actor=ACTOR)
    said = f"Organisation {org}\nToken: {token}\nThe token is shown this once. Keep it as you keep a password."
    print(said, file=sys.stderr)
    return org


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(MAX_FILE + 1)
    except OSError as error:
        raise DeployError("unreadable_file", f"{path} cannot be read: {error.strerror}.") from error


def _preview(core: Core, org: UUID, name: str, data: bytes) -> Shown:
    preview = Importer(core.log, core.pipeline).preview(org, data, name)
    return as_json(preview.plan) | {"planned_at": preview.planned_at, "committed": False}


def _commit(core: Core, org: UUID, name: str, data: bytes, at: int | None, args: argparse.Namespace) -> Shown:
    if args.batch is not None:
        known_course(core.log, org, args.batch)
    batch_id = args.batch or uuid4()
    planned_at = core.log.size(org) if at is None else at
    with _bar(f"import {batch_id}", args) as progress:
        done = Importer(core.log, core.pipeline).commit(
            org,
            data,
            name,
            planned_at=planned_at,
            batch_id=batch_id,
            actor=ACTOR,
            progress=progress,
        )
    return as_json(done.plan) | {"committed": True, "batch_id": str(batch_id), "events": done.events}


def _undo(core: Core, org: UUID | None, args: argparse.Namespace) -> Shown:
    assert org is not None, "only an import makes one"
    with _bar(f"undo {args.undo}", args) as progress:
        streams = Undoer(core.log, core.pipeline).undo(
            org, args.undo, reason=args.reason, actor=ACTOR, progress=progress
        )
    return {"undone": str(args.undo), "streams": streams}


@contextmanager
def _bar(title: str, args: argparse.Namespace) -> Iterator[Told]:
    """A bar on standard error.

    The title names the batch, so that one that is cut off can be finished or undone.
    """
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), disable=args.json) as bar:
        task = bar.add_task(title, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def _show(results: list[Shown], args: argparse.Namespace) -> None:
    """Print lines for people; in JSON one object, or a list where there are several files."""
    alone = len(results) == 1
    if args.json:
        print(json.dumps(results[0] if alone else results, ensure_ascii=False))
        return
    for result in results:
        for line in as_lines(result, alone=alone):
            print(line)
