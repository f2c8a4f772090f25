"""Statements that are prepared once per connection and run through libpq itself, values in binary.

The driver's cursor adapts each value and waits for the socket in Python; on the hot path that takes longer than the
rest of what the client does. A statement that the connection has lost (a rollback through the driver deallocates all of
them, a pooler may hand over another server) is prepared again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg.pq import ConnStatus, ExecStatus
from psycopg.pq.abc import PGconn, PGresult
from sqlalchemy import PoolProxiedConnection

Row = tuple[Any, ...]
_BINARY = 1


def text(value: bytes) -> str:
    """A text."""
    return value.decode()


def integer(value: bytes) -> int:
    """An int4 or int8."""
    return int.from_bytes(value, signed=True)


@dataclass(frozen=True, slots=True)
class Prepared:
    """A statement: its name on the server, the oids of its parameters, what reads each column of its result."""

    name: bytes
    query: bytes
    parameters: tuple[int, ...]
    columns: tuple[Callable[[bytes], Any], ...]

    def run(self, pooled: PoolProxiedConnection, values: Sequence[bytes | None]) -> list[Row]:
        """The rows, in a transaction of its own; raises the driver's errors."""
        libpq: PGconn = pooled.driver_connection.pgconn  # type: ignore[union-attr]  # the psycopg dialect's
        if self.name not in pooled.info:
            self._prepare(pooled, libpq)
        try:
            result = self._execute(libpq, values)
        except psycopg.errors.InvalidSqlStatementName:
            self._prepare(pooled, libpq)
            result = self._execute(libpq, values)
        return [self._row(result, at) for at in range(result.ntuples)]

    def _prepare(self, pooled: PoolProxiedConnection, libpq: PGconn) -> None:
        _checked(libpq, libpq.prepare(self.name, self.query, self.parameters))
        pooled.info[self.name] = True

    def _execute(self, libpq: PGconn, values: Sequence[bytes | None]) -> PGresult:
        formats = (_BINARY,) * len(values)
        return _checked(libpq, libpq.exec_prepared(self.name, values, formats, _BINARY))  # type: ignore[arg-type]  # None is a null

    def _row(self, result: PGresult, at: int) -> Row:
        found = [result.get_value(at, column) for column in range(len(self.columns))]
        return tuple([None if value is None else read(value) for read, value in zip(self.columns, found, strict=True)])


def _checked(libpq: PGconn, result: PGresult) -> PGresult:
    if result.status in {ExecStatus.TUPLES_OK, ExecStatus.COMMAND_OK}:
        return result
    if libpq.status != ConnStatus.OK:
        raise psycopg.OperationalError(libpq.error_message.decode(errors="replace"))
    raise psycopg.errors.error_from_result(result)
