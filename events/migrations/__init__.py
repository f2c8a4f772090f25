"""Alembic's folder: env.py and the numbered steps in versions/; the SQL itself stands in events/sql/."""
