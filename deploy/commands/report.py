"""Make an audit report of a programme or relationship, as a page and as JSON; every figure names its events."""

import argparse
import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

from deploy.backing import open_backing
from deploy.errors import DeployError
from deploy.jobs import context_of
from deploy.options import add_json, add_org, moment
from deploy.organisation import the_organisation
from deploy.settings import Settings
from projections.report_files import HTML, JSON, ReportFiles
from services.reports import Reports, subject_of, up_to
from workers.context import Context
from workers.reports.produce import produce

ACTOR = "operator:command"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument("subject", metavar="SUBJECT", help="id of a programme or relationship, or its stream's name")
    parser.add_argument("--as-of", type=moment, metavar="T", help="what had happened by then (default: now)")
    parser.add_argument("--out", type=Path, default=Path(), metavar="DIR", help="folder for the files (default: here)")
    add_org(parser)
    add_json(parser)


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Make the report, record it, and write its files."""
    with open_backing(settings) as backing:
        context = context_of(replace(settings, database_url=backing.service, redis_url=backing.redis_url))
        try:
            org = the_organisation(context.engine, args.org)
            report_id, files = _make(context, org, args)
            paths = _write(args.out, report_id, files)
        finally:
            context.engine.dispose()
    if args.json:
        print(json.dumps({"report_id": report_id, **{form: str(path) for form, path in paths.items()}}))
    else:
        for path in paths.values():
            print(path)
    return 0


def _make(context: Context, org: UUID, args: argparse.Namespace) -> tuple[str, dict[str, bytes]]:
    now = datetime.now(UTC)
    if args.as_of is not None and args.as_of > now:
        raise DeployError("in_future", "--as-of lies in the future; nothing can be said of it yet.")
    subject = subject_of(context.queries, org, args.subject)
    report_id = produce(context, org, subject, up_to(args.as_of or now), now, actor=ACTOR)
    made = context.queries.one(org, f"report-{report_id}")
    assert made is not None, "it was made above"
    reports = Reports(ReportFiles(context.engine))
    return report_id, {form: reports.file(org, made, form) for form in (HTML, JSON)}


def _write(folder: Path, report_id: str, files: dict[str, bytes]) -> dict[str, Path]:
    paths = {form: folder / f"report-{report_id}.{form}" for form in files}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for form, path in paths.items():
            path.write_bytes(files[form])
    except OSError as error:
        raise DeployError(
            "unwritable_folder", f"The report cannot be written to {folder}: {error.strerror}."
        ) from error
    return paths
