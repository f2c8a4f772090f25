"""The files of audit reports, kept by their content: what is stored is never changed, and an event names its hash."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from uuid import UUID

from sqlalchemy import Engine, text

from events.tenancy import tenant

HTML, JSON = "html", "json"


class ReportFiles:
    """The files of all organisations, one organisation at a time."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def put(self, org: UUID, report_id: str, files: Mapping[str, bytes]) -> dict[str, str]:
        """Keep a report's files by format; their SHA-256 in hex. The same content again is no error."""
        query = text(
            "INSERT INTO report_files (org_id, report_id, format, sha256, content, created_at) "
            "VALUES (:org, :report, :format, :sha256, :content, now()) ON CONFLICT DO NOTHING"
        )
        hashes = {name: sha256(content).digest() for name, content in files.items()}
        with tenant(self._engine, org) as connection:
            for name, content in files.items():
                values = {"org": org, "report": report_id, "format": name, "sha256": hashes[name], "content": content}
                connection.execute(query, values)
        return {name: digest.hex() for name, digest in hashes.items()}

    def get(self, org: UUID, report_id: str, form: str, sha256_hex: str) -> bytes | None:
        """The file of a format whose hash the report's event names; None when it is not here or is not what it was."""
        query = text(
            "SELECT content FROM report_files WHERE org_id = :org AND report_id = :report AND format = :format "
            "AND sha256 = :sha256"
        )
        values = {"org": org, "report": report_id, "format": form, "sha256": bytes.fromhex(sha256_hex)}
        with tenant(self._engine, org) as connection:
            found = connection.scalar(query, values)
        content = None if found is None else bytes(found)
        return content if content is not None and sha256(content).hexdigest() == sha256_hex else None
