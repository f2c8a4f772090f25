"""The two calls on the hot path, straight through the driver: one round trip each, no transaction around them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

import psycopg
from psycopg.pq import TransactionStatus
from sqlalchemy import Engine, PoolProxiedConnection
from sqlalchemy.exc import SQLAlchemyError

from events.append import Append
from events.callarguments import INT4, MOMENT, TEXT, TEXTS, TYPES, UUID_, Codec, Parts, moment_in, texts
from events.errors import ClockJump, LogHalted, StorageUnavailable, UnknownOrganisation
from events.pool import HandyPool
from events.prepared import Prepared, Row, integer, text
from events.tenancy import unavailable

_LOAD = Prepared(
    b"mentorledger_load",
    b"SELECT * FROM load_live($1, $2, $3)",
    (UUID_, TEXTS, TEXT),
    (text, integer, integer, integer, bytes, bytes, integer),
)
_LEARN = Prepared(
    b"mentorledger_types",
    b"SELECT typname::text, oid::int8, typarray::int8 FROM pg_type WHERE oid = ANY ($1::regtype[])",
    (TEXTS,),
    (text, integer, integer),
)


@dataclass(frozen=True, slots=True)
class _Learned:
    codec: Codec
    one: Prepared
    each: Prepared


def _appends(call: bytes, *parameters: int) -> Prepared:
    name = b"mentorledger_" + call.partition(b"(")[0]
    columns = (text, text, integer, integer, integer, moment_in)
    return Prepared(name, b"SELECT * FROM " + call, parameters, columns)


class RawCalls:
    """Calls of the functions in `events/sql/`; a connection of the engine's pool is borrowed for each."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._known: _Learned | None = None

    def append(self, load: Mapping[UUID, Sequence[tuple[Append, Parts]]]) -> list[Row]:
        """One call of append_events or, for several organisations, append_each; the outcome rows, one per append."""
        learned = self._learned()
        calls = [learned.codec.call(org, items) for org, items in load.items()]
        if len(calls) == 1:
            return self._run(learned.one, calls[0])
        return self._run(learned.each, (learned.codec.calls(calls),))

    def load(self, org: UUID, streams: Sequence[str], command: str | None) -> list[Row]:
        """One call of load_live; tried once more when the borrowed connection turns out to be dead."""
        values = (org.bytes, texts(streams), None if command is None else command.encode())
        try:
            return self._run(_LOAD, values)
        except StorageUnavailable:
            return self._run(_LOAD, values)

    def _learned(self) -> _Learned:
        """What depends on the oids of the composite types, which differ from database to database."""
        if self._known is None:
            rows = self._run(_LEARN, (texts(TYPES),))
            arrays = {name: oid for name, _, oid in rows}
            self._known = _Learned(
                Codec({name: oid for name, oid, _ in rows}, arrays),
                _appends(b"append_events($1, $2, $3, $4)", UUID_, MOMENT, INT4, arrays["append_item"]),
                _appends(b"append_each($1)", arrays["append_call"]),
            )
        return self._known

    def _run(self, call: Prepared, values: Sequence[bytes | None]) -> list[Row]:
        pool = self._engine.pool
        assert isinstance(pool, HandyPool), "engines are made by make_engine"
        pooled = pool.at_hand() or self._borrowed(pool)
        try:
            rows = call.run(pooled, values)
        except BaseException as error:
            _give_back(pooled)
            if isinstance(error, psycopg.Error):
                raise self._told(error) from error
            raise
        pool.keep(pooled)
        return rows

    @staticmethod
    def _borrowed(pool: HandyPool) -> PoolProxiedConnection:
        with unavailable():
            return pool.connect()

    def _told(self, error: psycopg.Error) -> Exception:
        """What the log says instead of the driver."""
        match error:
            case psycopg.errors.ProgramLimitExceeded():
                return error  # a value is too long for an index: no fault of the connection
            case psycopg.errors.LockNotAvailable() | psycopg.errors.QueryCanceled() | psycopg.errors.DeadlockDetected():
                return StorageUnavailable("The organisation's log is busy; send the same request again in a moment.")
            case psycopg.OperationalError():
                self._engine.dispose()  # the others of the pool are as dead as this one
                return StorageUnavailable("The database did not answer; send the same request with the same key again.")
            case _:
                return _named(error)


def _give_back(pooled: PoolProxiedConnection) -> None:
    libpq = pooled.driver_connection.pgconn  # type: ignore[union-attr]  # the psycopg dialect's
    try:
        if libpq.transaction_status != TransactionStatus.IDLE:
            pooled.invalidate()
        pooled.close()
    except SQLAlchemyError as error:
        raise StorageUnavailable("The database went away; send the same request again.") from error


def _named(error: psycopg.Error) -> Exception:
    message = str(error.diag.message_primary or error)
    if error.sqlstate == "ML001":
        return UnknownOrganisation(f"There is {message} here.")
    if error.sqlstate == "ML002":
        return ClockJump(f"A clock is wrong: {message}. Set both by NTP; nothing was written.")
    if error.sqlstate == "ML003":
        return LogHalted(message)
    return error
