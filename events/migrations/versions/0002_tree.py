"""The tree over each log, what was signed of it, and the halt of a log that went back behind that."""

from alembic import op

from events.migrations.rights import grant, keep_apart, run

revision = "0002"
down_revision = "0001"

INSERT_ONLY = ("tiles", "checkpoints")


def upgrade() -> None:
    """Create the tables; the functions of the first step learn of the halt and of checkpoints to make."""
    op.execute("DROP FUNCTION IF EXISTS work_waiting(text[], text, timestamptz)")
    run("0002_tree.sql", "append.sql", "work_waiting.sql", "standing.sql")
    keep_apart(*INSERT_ONLY)
    grant("SELECT, INSERT", *INSERT_ONLY)
