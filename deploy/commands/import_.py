"""Take over an organisation's own records: a roster (CSV) or a history (a JSON fact per line).

Without --commit nothing is written: every row's verdict is shown, and the position of the log it holds for.
"""

import argparse
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from deploy.backing import open_backing
from deploy.errors import DeployError
from deploy.options import add_json, add_org
from deploy.organisation import the_organisation
from deploy.settings import Settings
from deploy.verdicts import as_json, as_lines
from events.log import Log
from events.tenancy import make_engine
from services.imports.batch import Importer
from services.imports.batch import Progress as Told
from services.imports.text import MAX_FILE
from services.imports.undo import Undoer
from services.pipeline import Pipeline

ACTOR = "operator:command"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument("file", nargs="?", type=Path, metavar="FILE", help="the roster or the history")
    parser.add_argument("--commit", action="store_true", help="write what the preview shows")
    parser.add_argument("--at", type=int, metavar="POSITION", help="only if the log is where a preview saw it")
    parser.add_argument("--batch", type=UUID, metavar="ID", help="finish the import of this id, which was cut off")
    parser.add_argument("--undo", type=UUID, metavar="ID", help="take the import of this id back as a whole")
    parser.add_argument("--reason", default="", help="why it is taken back; kept in the log")
    add_org(parser)
    add_json(parser)
    parser.set_defaults(usage_error=parser.error)


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Preview, commit or undo one import."""
    if (args.file is None) == (args.undo is None):
        args.usage_error("give either FILE or --undo ID")
    data = _read(args.file) if args.file is not None else b""
    with open_backing(settings) as backing:
        engine = make_engine(backing.service_url)
        try:
            log = Log(engine)
            org = the_organisation(engine, args.org)
            _show(_undo(log, org, args) if args.undo else _import(log, org, data, args), args)
        finally:
            engine.dispose()
    return 0


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(MAX_FILE + 1)
    except OSError as error:
        raise DeployError("unreadable_file", f"{path} cannot be read: {error.strerror}.") from error


def _import(log: Log, org: UUID, data: bytes, args: argparse.Namespace) -> dict[str, Any]:
    importer = Importer(log, Pipeline(log))
    if not args.commit:
        preview = importer.preview(org, data, args.file.name)
        return as_json(preview.plan) | {"planned_at": preview.planned_at, "committed": False}
    batch_id = args.batch or uuid4()
    planned_at = log.size(org) if args.at is None else args.at
    with _bar(f"import {batch_id}", args) as progress:
        done = importer.commit(
            org,
            data,
            args.file.name,
            planned_at=planned_at,
            batch_id=batch_id,
            actor=ACTOR,
            progress=progress,
        )
    return as_json(done.plan) | {"committed": True, "batch_id": str(batch_id), "events": done.events}


def _undo(log: Log, org: UUID, args: argparse.Namespace) -> dict[str, Any]:
    with _bar(f"undo {args.undo}", args) as progress:
        streams = Undoer(log, Pipeline(log)).undo(org, args.undo, reason=args.reason, actor=ACTOR, progress=progress)
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


def _show(result: dict[str, Any], args: argparse.Namespace) -> None:
    if args.json:
        print(json.dumps(result, ensure_ascii=False))
        return
    for line in as_lines(result):
        print(line)
