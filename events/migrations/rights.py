"""What steps say about new tables: whose rows show, what the service's role may do; and how they run SQL files."""

from __future__ import annotations

from importlib.resources import files

from alembic import op

SERVICE = "mentorledger_service"


def run(*names: str) -> None:
    """Run files of `events/sql/`; that of a function is its present form, whichever step asks for it."""
    for name in names:
        # A colon would name a parameter.
        op.execute((files("events.sql") / name).read_text(encoding="utf-8").replace(":", "\\:"))


def keep_apart(*tables: str) -> None:
    """Show the rows of an organisation to transactions that are bound to it, the owner's included."""
    for table in tables:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        bound = "org_id = nullif(current_setting('app.org_id', true), '')\\:\\:uuid"
        op.execute(f"CREATE POLICY tenant ON {table} USING ({bound}) WITH CHECK ({bound})")


def grant(rights: str, *tables: str) -> None:
    """Let the service's role do this and nothing else."""
    op.execute(f"REVOKE ALL ON {', '.join(tables)} FROM PUBLIC")
    op.execute(f"GRANT {rights} ON {', '.join(tables)} TO {SERVICE}")
