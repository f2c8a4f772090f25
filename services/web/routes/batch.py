"""Imports: previewed, committed where the preview saw the log, taken back as a whole."""

from __future__ import annotations

from uuid import UUID

from services.web.answers import One
from services.web.call import Call
from services.web.pages import Page
from services.web.resources.batch import (
    Import,
    ImportDone,
    ImportPreview,
    ImportUndone,
    done_of,
    import_of,
    preview_of,
)
from services.web.schemas.batch import CommitQuery, ImportsQuery, PreviewQuery, UndoBody
from services.web.subject import Body, Query, Subject
from services.web.uploads import uploaded

ROUTES = Subject("imports", "An organisation's own records, taken over as batches that can be taken back.")
_ONE = "/imports/<uuid:import_id>"


@ROUTES.upload("/imports/preview", ImportPreview, PreviewQuery(), scope="import")
def preview_import(call: Call, query: Query) -> One:
    """Say what a roster (CSV) or a history (a JSON fact per line) would do, row by row; nothing is written."""
    file = uploaded(query.get("filename"))
    return One(body=preview_of(call.services.importer.preview(call.org, file.data, file.name)))


@ROUTES.upload("/imports", ImportDone, CommitQuery(), creates=True, scope="import")
def commit_import(call: Call, query: Query) -> One:
    """Write what the preview showed; sent again under the same Idempotency-Key, it goes on where it was cut off."""
    file, import_id = uploaded(query.get("filename")), UUID(call.new_id())
    done = call.services.importer.commit(
        call.org, file.data, file.name, planned_at=query["planned_at"], batch_id=import_id, actor=call.actor
    )
    call.services.nudge(call.org)
    return One(body=done_of(done), made_at=f"/imports/{import_id}" if done.events else None)


@ROUTES.list("/imports", Import, ImportsQuery())
def list_imports(call: Call, query: Query) -> Page:
    """List imports."""
    return call.many("batch", query, import_of, status=query.get("status"))


@ROUTES.read(_ONE, Import)
def get_import(call: Call, import_id: str) -> One:
    """Read how far an import came."""
    current = call.one("batch", import_id)
    return One(body=import_of(current), version=current.version)


@ROUTES.write(f"{_ONE}/undo", UndoBody(), shape=ImportUndone, scope="import")
def undo_import(call: Call, body: Body, import_id: str) -> One:
    """Take an import back as a whole; refused where something else has happened since.

    Where that was other imports alone, the refusal's facts name them under `imports`, in the order to take them back.
    """
    streams = call.services.undoer.undo(call.org, UUID(import_id), reason=body["reason"], actor=call.actor)
    call.services.nudge(call.org)
    return One(body=ImportUndone(id=import_id, streams=streams))
