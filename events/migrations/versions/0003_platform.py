"""The installation's own log, in which it notes every organisation's checkpoints, to have them all anchored at once."""

from events.migrations.rights import grant, run

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Create the one table; like the directory of organisations it is global and holds no content."""
    run("0003_platform.sql")
    grant("SELECT, INSERT", "platform_log")
