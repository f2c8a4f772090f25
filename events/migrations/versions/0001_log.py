"""The log, the live rows, the views: tables, isolation of organisations, what the service's role may do."""

from importlib.resources import files

from alembic import op

revision = "0001"
down_revision = None

SERVICE = "mentorledger_service"
INSERT_ONLY = ("events", "commands", "report_files")
LEDGERS = {"log_heads": "SELECT, INSERT, UPDATE", "api_tokens": "SELECT, INSERT, UPDATE"}
WORKING = ("live_states", "live_claims", "view_heads", "view_rows", "parked", "effects")


def upgrade() -> None:
    """Create everything; organisations are kept apart by forced row-level security on each tenant table."""
    folder = files("events.sql")
    for name in ("0001_tables.sql", "append.sql", "append_each.sql", "load.sql", "position_at.sql", "work_waiting.sql"):
        op.execute((folder / name).read_text(encoding="utf-8").replace(":", "\\:"))
    op.execute("REVOKE ALL ON ALL TABLES IN SCHEMA public FROM PUBLIC")
    for table in (*INSERT_ONLY, *LEDGERS, *WORKING):
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        bound = "org_id = nullif(current_setting('app.org_id', true), '')\\:\\:uuid"
        op.execute(f"CREATE POLICY tenant ON {table} USING ({bound}) WITH CHECK ({bound})")
    _grant("SELECT, INSERT", *INSERT_ONLY, "tenant_directory")
    _grant("SELECT, INSERT, UPDATE, DELETE", *WORKING)
    for table, rights in LEDGERS.items():
        _grant(rights, table)
    op.execute(f"GRANT SELECT ON alembic_version TO {SERVICE}")


def _grant(rights: str, *tables: str) -> None:
    op.execute(f"GRANT {rights} ON {', '.join(tables)} TO {SERVICE}")
