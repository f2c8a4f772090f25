"""What the tests of the commands share: a log that is signed, copied, taken back, forged, exported."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any, LiteralString
from uuid import UUID

from deploy.composition import composed
from deploy.signing.desk import DAY, Desk
from deploy.signing.folder import open_signer_folder
from events.checkpointing import checkpoint
from events.treestore import StoredCheckpoint, TreeStore
from services.bundles.write import Exporter
from tests.conftest import Command, Database
from tests.events.rows import connected


def said(command: Command, *words: str) -> Any:
    """What the command prints as JSON, having been done."""
    status, out, errors = command(*words, "--json")
    assert (0, "") == (status, errors)
    return json.loads(out)


def refusal(command: Command, *words: str) -> str:
    """The code of the refusal."""
    status, out, _ = command(*words, "--json")
    assert 1 == status
    code: str = json.loads(out)["error"]["code"]
    return code


def fault(command: Command, check: str) -> tuple[str | None, str]:
    """Code and message of one check of the doctor's."""
    _, out, _ = command("doctor", "--json")
    return next((one["code"], one["message"]) for one in json.loads(out) if one["check"] == check)


def sign(database: Database, folder: Path, org: UUID, *, days: float = 0) -> bytes:
    """What the worker does, so many days from now: have the log signed as it is; the newest note."""
    with composed(database.service_url) as core, open_signer_folder(folder) as held:
        checkpoint(TreeStore(core.engine), Desk(held, lambda: time.time() + days * DAY), org)
    return newest(database, org).note


def as_owner(database: Database, org: UUID, *statements: LiteralString) -> None:
    """Do what only somebody beside the service can."""
    with connected(database.owner_url, org) as connection:
        for statement in statements:
            connection.execute(statement)


COPY = (
    "CREATE TABLE copied_events AS SELECT * FROM events",
    "CREATE TABLE copied_heads AS SELECT * FROM log_heads",
)
GO_BACK = (
    "ALTER TABLE events DISABLE TRIGGER USER",
    "DELETE FROM events WHERE position >= 1",
    "UPDATE log_heads SET size = 1",
)
COME_BACK = (
    "INSERT INTO events SELECT * FROM copied_events WHERE position >= 1",
    "UPDATE log_heads SET size = copied_heads.size FROM copied_heads WHERE copied_heads.org_id = log_heads.org_id",
)
FORGE = (
    "UPDATE events SET record = overlay(record PLACING 'S' FROM position('Nord'::bytea IN record)) WHERE position = 0",
    "UPDATE events SET leaf_hash = sha256('\\x00'::bytea || record) WHERE position = 0",
)


def newest(database: Database, org: UUID) -> StoredCheckpoint:
    """The newest checkpoint that is stored."""
    with composed(database.service_url) as core:
        found = TreeStore(core.engine).latest(org)
    assert found is not None
    return found


def exported(database: Database, org: UUID, path: Path) -> Path:
    """The bundle of the whole log."""
    with composed(database.service_url) as core:
        Exporter(core.log, TreeStore(core.engine)).organisation(org, path)
    return path
