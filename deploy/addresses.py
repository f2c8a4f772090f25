"""Addresses of databases, as people write them."""

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from deploy.errors import DeployError

DRIVER = "postgresql+psycopg"
ACCEPTED = {"postgres", "postgresql", DRIVER}


def database_url(text: str, name: str = "DATABASE_URL") -> URL:
    """Read a database's address.

    Raises DeployError `bad_setting` that never repeats the address (it has a password).
    """
    try:
        url = make_url(text)
    except (ArgumentError, ValueError) as error:
        raise DeployError("bad_setting", f"{name} is not a database address. {EXAMPLE}") from error
    if url.drivername not in ACCEPTED:
        raise DeployError(
            "bad_setting", f"{name} names the driver {url.drivername!r}; only PostgreSQL works. {EXAMPLE}"
        )
    if not url.database:
        raise DeployError("bad_setting", f"{name} names no database. {EXAMPLE}")
    return url.set(drivername=DRIVER)


EXAMPLE = "Write it like postgresql://user:password@host:5432/mentorledger"


def plain(url: URL) -> str:
    """Return the address for libpq, password included."""
    return url.set(drivername="postgresql").render_as_string(hide_password=False)


def full(url: URL) -> str:
    """Return the address for SQLAlchemy, password included."""
    return url.render_as_string(hide_password=False)
