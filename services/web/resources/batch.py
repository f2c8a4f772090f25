"""Imports as they go out: the verdict on every row, and how far a batch came."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from projections.queries import Current
from services.imports.batch import Committed, Preview
from services.imports.verdicts import Note, Plan
from services.web.resources.shared import When


class ImportNote(msgspec.Struct, frozen=True, kw_only=True):
    """A remark with a stable code; column is the column or member it is about."""

    code: str
    message: str
    column: str | None


class ImportRow(msgspec.Struct, frozen=True, kw_only=True):
    """One row: the line on which it begins, its verdict (import, unchanged, warning, refused) and why."""

    line: int
    label: str
    verdict: str
    notes: tuple[ImportNote, ...]


class ImportPlan(msgspec.Struct, frozen=True, kw_only=True):
    """What a file does: how many rows have each verdict, remarks on the file, every row."""

    format: str
    counts: dict[str, int]
    notes: tuple[ImportNote, ...]
    rows: tuple[ImportRow, ...]


class ImportPreview(msgspec.Struct, frozen=True, kw_only=True):
    """What a file would do to a log of planned_at events; commit it with that number."""

    filename: str
    sha256: str
    planned_at: int
    plan: ImportPlan


class ImportDone(msgspec.Struct, frozen=True, kw_only=True):
    """What a file did; events: how many, 0 when nothing in it was new (then nothing is kept of the import)."""

    id: str
    events: int
    plan: ImportPlan


class ImportUndone(msgspec.Struct, frozen=True, kw_only=True):
    """An import that was taken back, and in how many streams."""

    id: str
    streams: int


class Import(msgspec.Struct, frozen=True, kw_only=True):
    """An import as the log knows it; status is started, finished or undone."""

    id: str
    status: str
    status_at: When | None
    source: str
    format: str
    sha256: str
    planned_at: int
    rows: int
    importable: int
    refused: int
    events: int
    reason: str
    version: int
    position: int


def preview_of(preview: Preview) -> ImportPreview:
    """What a reader sees of a preview."""
    return ImportPreview(
        filename=preview.filename, sha256=preview.sha256, planned_at=preview.planned_at, plan=_plan(preview.plan)
    )


def done_of(committed: Committed) -> ImportDone:
    """What a reader sees of a committed import."""
    return ImportDone(id=str(committed.batch_id), events=committed.events, plan=_plan(committed.plan))


def import_of(current: Current) -> Import:
    """What a reader sees of an import."""
    state = current.state
    return Import(
        id=current.id,
        status=state.status,
        status_at=state.status_at,
        source=state.source,
        format=state.format,
        sha256=state.sha256,
        planned_at=state.planned_at,
        rows=state.rows,
        importable=state.importable,
        refused=state.refused,
        events=state.events,
        reason=state.reason,
        version=current.version,
        position=current.position,
    )


def _plan(plan: Plan) -> ImportPlan:
    rows = (
        ImportRow(line=row.line, label=row.label, verdict=row.verdict, notes=_notes(row.notes)) for row in plan.rows
    )
    return ImportPlan(format=plan.format, counts=plan.counts(), notes=_notes(plan.notes), rows=tuple(rows))


def _notes(notes: Iterable[Note]) -> tuple[ImportNote, ...]:
    return tuple(ImportNote(code=one.code, message=one.message, column=one.column) for one in notes)
