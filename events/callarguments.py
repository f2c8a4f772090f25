"""From an append to the argument that `append_events` takes: a composite in PostgreSQL's binary form.

Written by hand because this is the hot path: it takes a sixth of the time that a driver needs to adapt the same values
one by one. The forms are those of `array_recv`, `record_recv` and `timestamptz_recv` in PostgreSQL: lengths and
integers big-endian, each column with its type's oid before it, moments in microseconds since 2000.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from struct import Struct
from uuid import UUID

from events.append import Append, Claim, Draft, LiveRow, Write

Parts = list[tuple[bytes, bytes]]
Call = tuple[bytes, bytes, bytes, bytes]

TYPES = ("append_event", "append_claim", "append_write", "append_item", "append_call")
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_NULL = b"\xff\xff\xff\xff"
_OID = Struct(">I").pack
_INT4 = Struct(">i").pack
_INT8 = Struct(">q").pack
_ARRAY = Struct(">iiIii").pack
INT4, TEXT, TEXTS, MOMENT, UUID_ = 23, 25, 1009, 1184, 2950  # oids of types that every PostgreSQL has
_BOOLEAN, _BYTEA, _INT8_OID = _OID(16), _OID(17), _OID(20)
_INT4_OID, _TEXT, _TEXTS, _MOMENT, _UUID = (_OID(oid) for oid in (INT4, TEXT, TEXTS, MOMENT, UUID_))


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


def _column(oid: bytes, value: bytes | None) -> bytes:
    return oid + _NULL if value is None else b"".join((oid, _INT4(len(value)), value))


# Most appends repeat what the ones before them had here: a stream, a type, the columns of a card.
@lru_cache(maxsize=1024)
def _text(value: str | None) -> bytes:
    return _column(_TEXT, None if value is None else value.encode())


@lru_cache(maxsize=1024)
def _card(fold: int | None, scope: str | None, status: str, label: str, members: tuple[str, ...]) -> bytes:
    """The columns of a live row behind its state."""
    number = _column(_INT4_OID, None if fold is None else _INT4(fold))
    return b"".join((number, _text(scope), _text(status), _text(label), _column(_TEXTS, texts(members))))


_NO_LIVE_ROW = _column(_BYTEA, None) + _card(None, None, "", "", ())


class Codec:
    """Writes items; made of the oids that the composite types and their arrays have in one database."""

    def __init__(self, elements: Mapping[str, int], arrays: Mapping[str, int]) -> None:
        self._item, self._call = elements["append_item"], elements["append_call"]
        self._items = _OID(arrays["append_item"])
        self._writes, self._events, self._claims = (
            (_OID(arrays[name]), elements[name]) for name in ("append_write", "append_event", "append_claim")
        )
        self._no_claims = _array_column(self._claims, ())

    def item(self, append: Append, parts: Parts) -> bytes:
        """One append, ready to travel alone or beside others of its organisation."""
        remaining = iter(parts)
        writes = [self._write(write, remaining) for write in append.writes]
        command = _column(_TEXT, None if append.command is None else append.command.encode())
        return b"".join((_ITEM, command, _column(_BYTEA, append.digest), _array_column(self._writes, writes)))

    def call(self, org: UUID, appends: Sequence[tuple[Append, Parts]]) -> Call:
        """The arguments of append_events: the organisation, the service's time, the number of events, the items."""
        items = array(self._item, [self.item(append, parts) for append, parts in appends])
        events = sum([len(parts) for _, parts in appends])
        return org.bytes, moment(appends[-1][0].now), _INT4(events), items

    def calls(self, calls: Sequence[Call]) -> bytes:
        """The argument of append_each."""
        return array(self._call, [self._row(*call) for call in calls])

    def _row(self, org: bytes, now: bytes, events: bytes, items: bytes) -> bytes:
        columns = ((_UUID, org), (_MOMENT, now), (_INT4_OID, events), (self._items, items))
        return b"".join((_CALL, *(_column(oid, value) for oid, value in columns)))

    def _write(self, write: Write, parts: Iterator[tuple[bytes, bytes]]) -> bytes:
        live, claims, expected = write.live, write.claims, write.expected
        return b"".join((
            _WRITE,
            _text(write.stream),
            _INT8_OID,
            _NULL if expected is None else _EIGHT + _INT8(expected),
            _array_column(self._events, [_event(draft, *next(parts)) for draft in write.drafts]),
            _array_column(self._claims, [_claim(claim) for claim in claims]) if claims else self._no_claims,
            *((_NO_LIVE_ROW,) if live is None else _live(live)),
        ))  # fmt: skip  # the columns, one a line


_ITEM, _CALL, _WRITE, _EVENT, _CLAIM, _EIGHT = (_INT4(number) for number in (3, 4, 10, 5, 3, 8))


def _array_column(type_: tuple[bytes, int], elements: Sequence[bytes]) -> bytes:
    oid, element = type_
    return _column(oid, array(element, elements))


def _event(draft: Draft, head: bytes, mid: bytes) -> bytes:
    start, at = _event_start(draft.data.TYPE, draft.data.SCHEMA), moment(draft.occurred_at)
    return b"".join((start, at, _TEXT, _INT4(len(head)), head, _TEXT, _INT4(len(mid)), mid))


@lru_cache(maxsize=1024)
def _event_start(type_: str, schema: int) -> bytes:
    """An event's row up to the bytes of the moment, the same for all events of a type."""
    return b"".join((_EVENT, _text(type_), _column(_INT4_OID, _INT4(schema)), _MOMENT, _EIGHT))


def _claim(claim: Claim) -> bytes:
    taken, most = b"\x01" if claim.take else b"\x00", None if claim.limit is None else _INT4(claim.limit)
    return b"".join((_CLAIM, _text(claim.scope), _column(_BOOLEAN, taken), _column(_INT4_OID, most)))


def _live(live: LiveRow) -> tuple[bytes, bytes, bytes, bytes]:
    card = _card(live.fold, live.scope, live.status, live.label, live.members)
    return _BYTEA, _INT4(len(live.state)), live.state, card


def array_text(ids: Sequence[str]) -> str:
    """The text form of a PostgreSQL array of ids, for arrays inside an array."""
    escaped = (one.replace("\\", "\\\\").replace('"', '\\"') for one in ids)
    return "{" + ",".join(f'"{one}"' for one in escaped) + "}"
