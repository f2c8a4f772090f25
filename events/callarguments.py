"""From an append to the argument that `append_events` takes: a composite in PostgreSQL's binary form.

Written by hand because this is the hot path: it takes a sixth of the time that a driver needs to adapt the same values
one by one. The forms are those of `array_recv`, `record_recv` and `timestamptz_recv` in PostgreSQL: lengths and
integers big-endian, each column with its type's oid before it, moments in microseconds since 2000.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from struct import Struct

from events.append import Append, Claim, Draft, LiveRow, Write

Parts = list[tuple[bytes, bytes]]

TYPES = ("append_event", "append_claim", "append_write", "append_item")
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_NULL = b"\xff\xff\xff\xff"
_OID = Struct(">I").pack
_INT4 = Struct(">i").pack
_INT8 = Struct(">q").pack
_ARRAY = Struct(">iiIii").pack
INT4, TEXT, TEXTS, MOMENT, UUID_ = 23, 25, 1009, 1184, 2950  # oids of types that every PostgreSQL has
_BOOLEAN, _BYTEA, _INT8_OID = _OID(16), _OID(17), _OID(20)
_INT4_OID, _TEXT, _TEXTS, _MOMENT = (_OID(oid) for oid in (INT4, TEXT, TEXTS, MOMENT))


def moment(at: datetime) -> bytes:
    """A timestamptz."""
    return _INT8((at - _EPOCH) // _MICROSECOND)


def moment_in(value: bytes) -> datetime:
    """The moment in a timestamptz."""
    return _EPOCH + timedelta(microseconds=int.from_bytes(value, signed=True))


def array(oid: int, elements: Sequence[bytes]) -> bytes:
    """A one-dimensional array without nulls; oid is the elements' type."""
    if not elements:
        return _INT4(0) + _INT4(0) + _OID(oid)
    parts = [_ARRAY(1, 0, oid, len(elements), 1)]
    for one in elements:
        parts += (_INT4(len(one)), one)
    return b"".join(parts)


def texts(values: Sequence[str]) -> bytes:
    """A text[]."""
    return array(TEXT, [value.encode() for value in values])


def _row(*columns: tuple[bytes, bytes | None]) -> bytes:
    parts = [_INT4(len(columns))]
    for oid, value in columns:
        parts += (oid, _NULL) if value is None else (oid, _INT4(len(value)), value)
    return b"".join(parts)


def _text(value: str | None) -> tuple[bytes, bytes | None]:
    return _TEXT, None if value is None else value.encode()


def _int4(value: int | None) -> tuple[bytes, bytes | None]:
    return _INT4_OID, None if value is None else _INT4(value)


@dataclass(frozen=True, slots=True)
class Codec:
    """Writes items; made of the oids that the composite types and their arrays have in one database."""

    elements: dict[str, int]
    arrays: dict[str, int]

    def item(self, append: Append, parts: Parts) -> bytes:
        """One append, ready to travel alone or beside others of its organisation."""
        remaining = iter(parts)
        writes = [self._write(write, remaining) for write in append.writes]
        return _row(_text(append.command), (_BYTEA, append.digest), self._array("append_write", writes))

    def items(self, items: Sequence[bytes]) -> bytes:
        """The argument."""
        return array(self.elements["append_item"], items)

    def _array(self, name: str, elements: Sequence[bytes]) -> tuple[bytes, bytes]:
        return _OID(self.arrays[name]), array(self.elements[name], elements)

    def _write(self, write: Write, parts: Iterator[tuple[bytes, bytes]]) -> bytes:
        events = [_event(draft, *next(parts)) for draft in write.drafts]
        return _row(
            _text(write.stream),
            (_INT8_OID, None if write.expected is None else _INT8(write.expected)),
            self._array("append_event", events),
            self._array("append_claim", [_claim(claim) for claim in write.claims]),
            *_live(write.live),
        )


def _event(draft: Draft, head: bytes, mid: bytes) -> bytes:
    start = _event_start(draft.data.TYPE, draft.data.SCHEMA)
    sizes = _INT4(len(head)), _INT4(len(mid))
    return b"".join((start, moment(draft.occurred_at), _TEXT, sizes[0], head, _TEXT, sizes[1], mid))


@lru_cache(maxsize=1024)
def _event_start(type_: str, schema: int) -> bytes:
    """An event's row up to the bytes of the moment, the same for all events of a type."""
    row = _row(_text(type_), _int4(schema), (_MOMENT, _INT8(0)), (_TEXT, None), (_TEXT, None))
    return row[: -len(_INT8(0) + _TEXT + _NULL + _TEXT + _NULL)]


def _claim(claim: Claim) -> bytes:
    return _row(_text(claim.scope), (_BOOLEAN, b"\x01" if claim.take else b"\x00"), _int4(claim.limit))


def _live(live: LiveRow | None) -> tuple[tuple[bytes, bytes | None], ...]:
    if live is None:
        return _NO_LIVE_ROW
    return (
        _int4(live.fold),
        (_BYTEA, live.state),
        _text(live.scope),
        _text(live.status),
        _text(live.label),
        (_TEXTS, texts(live.members)),
    )


_NO_LIVE_ROW = (_int4(None), (_BYTEA, None), _text(None), _text(None), _text(None), (_TEXTS, None))


def array_text(ids: Sequence[str]) -> str:
    """The text form of a PostgreSQL array of ids, for arrays inside an array."""
    escaped = (one.replace("\\", "\\\\").replace('"', '\\"') for one in ids)
    return "{" + ",".join(f'"{one}"' for one in escaped) + "}"
