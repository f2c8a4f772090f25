"""The two calls on the hot path, straight through the driver: one round trip each, no transaction around them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import psycopg
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from events.errors import ClockJump, StorageUnavailable, UnknownOrganisation
from events.tenancy import unavailable

Row = tuple[Any, ...]

_LOAD = "SELECT * FROM load_live(%b, %b, %b)"
_APPEND = (
    "SELECT * FROM append_events(%b, %b, %b::int4[], %b::int4[], %b::text[], %b::bytea[], %b::text[], %b::int8[], "
    "%b::int4[], %b::int4[], %b::int4[], %b::int4[], %b::int4[], %b::bytea[], %b::text[], %b::text[], %b::text[], "
    "%b::text[], %b::text[], %b::bool[], %b::int4[], %b::text[], %b::int4[], %b::timestamptz[], "
    "%b::bytea[], %b::bytea[])"
)
_BUSY = (psycopg.errors.LockNotAvailable, psycopg.errors.QueryCanceled, psycopg.errors.DeadlockDetected)


class RawCalls:
    """Calls of the functions in `events/sql/`; a connection is borrowed from the engine's pool for each."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def append(self, arguments: Sequence[object]) -> list[Row]:
        """One call of append_events; the outcome rows, one per item."""
        return self._call(_APPEND, arguments)

    def load(self, org: UUID, streams: Sequence[str], command: str | None) -> list[Row]:
        """One call of load_live; tried once more when the borrowed connection turns out to be dead."""
        arguments = (org, list(streams), command)
        try:
            return self._call(_LOAD, arguments)
        except StorageUnavailable:
            return self._call(_LOAD, arguments)

    def _call(self, query: str, arguments: Sequence[object]) -> list[Row]:
        with self._borrowed() as connection:
            return connection.execute(query, arguments, prepare=True, binary=True).fetchall()

    @contextmanager
    def _borrowed(self) -> Iterator[psycopg.Connection[Row]]:
        with unavailable():
            pooled = self._engine.raw_connection()
        connection: psycopg.Connection[Row] = pooled.driver_connection  # type: ignore[assignment]  # the psycopg dialect's
        try:
            connection.autocommit = True
            yield connection
        except _BUSY as error:
            raise StorageUnavailable(
                "The organisation's log is busy; send the same request again in a moment."
            ) from error
        except psycopg.errors.ProgramLimitExceeded:
            raise  # a value is too long for an index: no fault of the connection
        except psycopg.OperationalError as error:
            self._engine.dispose()  # the others of the pool are as dead as this one
            raise StorageUnavailable(
                "The database did not answer; send the same request with the same key again."
            ) from error
        except psycopg.DatabaseError as error:
            raise _named(error) from error
        finally:
            self._give_back(pooled, connection)

    @staticmethod
    def _give_back(pooled: Any, connection: psycopg.Connection[Row]) -> None:
        try:
            if connection.closed or connection.broken:
                pooled.invalidate()
            else:
                connection.autocommit = False
            pooled.close()
        except SQLAlchemyError as error:
            raise StorageUnavailable("The database went away; send the same request again.") from error


def _named(error: psycopg.DatabaseError) -> Exception:
    message = str(error.diag.message_primary or error)
    if error.sqlstate == "ML001":
        return UnknownOrganisation(f"There is {message} here.")
    if error.sqlstate == "ML002":
        return ClockJump(f"A clock is wrong: {message}. Set both by NTP; nothing was written.")
    return error
