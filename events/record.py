"""The stored record: canonical JSON bytes (RFC 8785), built in pieces around what the database stamps.

No float, ASCII keys, integers within 2^53-1 and plain types only: under these rules `orjson` with sorted keys writes
the bytes that RFC 8785 asks for (a property test holds the two against each other). The database splices the hash of
the stream's previous record, the time and the stream version in, hashes the whole and stores it.

Members in their canonical order: actor, cause?, data, occurred_at, on_behalf_of?, org, policy, prev, recorded_at,
salt, schema, stream, stream_version, type.
"""

from __future__ import annotations

import secrets
from datetime import datetime
from functools import lru_cache
from typing import Any, TypeAlias

import msgspec
import orjson

from events.errors import InvalidRecord, RecordTooLarge
from events.event import Event, utc
from events.proof.tiles import MAX_RECORD

MAX_INTEGER = 2**53 - 1
_OCCURRED, _SALT, _SALT_BYTES = b',"occurred_at":"', b',"salt":"', 16
# What the database adds, at its longest: hash, time, version, type.
_STAMPS = len('"",,"recorded_at":"2026-01-01T00:00:00.000000Z","type":""}') + 64 + 19
_SCALARS = frozenset((str, int, bool, type(None)))
_OPTIONS = (
    orjson.OPT_SORT_KEYS
    | orjson.OPT_STRICT_INTEGER
    | orjson.OPT_PASSTHROUGH_DATETIME
    | orjson.OPT_PASSTHROUGH_DATACLASS
    | orjson.OPT_PASSTHROUGH_SUBCLASS
)


Envelope: TypeAlias = tuple[bytes, bytes]
"""The bytes before the data, and those between occurred_at and the previous hash."""


def canonical(document: Any) -> bytes:
    """The RFC 8785 bytes of a document of plain types; raises InvalidRecord for anything that has no such form."""
    try:
        written = orjson.dumps(document, option=_OPTIONS) if _is_plain(document) else None
    except orjson.JSONEncodeError as error:
        _check(document)
        raise InvalidRecord(f"The text is not valid Unicode ({error}); remove the broken characters.") from error
    # A NUL is written like this; so is a backslash before u0000, which the walk tells apart.
    if written is None or b"\\u0000" in written:
        _check(document)
    assert written is not None, "what is not plain was refused above"
    return written


def timestamp(moment: datetime) -> str:
    """The moment as RFC 3339 in UTC with microseconds and `Z`."""
    return _written(utc(moment))


# Of moments in UTC alone: in other zones two different ones can be equal, in the hour that a clock passes twice.
@lru_cache(maxsize=256)
def _written(moment: datetime) -> str:
    return moment.replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def pieces(
    org: str,
    stream: str,
    data: Event,
    occurred_at: datetime,
    *,
    actor: str,
    on_behalf_of: str | None = None,
    cause: str | None = None,
    policy: int = 1,
    salt: str | None = None,
) -> tuple[bytes, bytes]:
    """The bytes before the previous hash and those between the time and the stream version.

    The database makes: head, prev (a quoted hex hash or null), `,"recorded_at":"..."`, middle, stream version,
    `,"type":"..."}`. The salt is 128 random bits, so that a neighbour's record cannot be guessed from a proof.
    """
    around = envelope(org, actor, on_behalf_of, cause, policy)
    return within(around, stream, data, occurred_at, salt or salts(1)[0])


def salts(number: int) -> list[str]:
    """So many salts of 128 random bits as hex."""
    written = secrets.token_hex(_SALT_BYTES * number)
    return [written[at : at + 2 * _SALT_BYTES] for at in range(0, len(written), 2 * _SALT_BYTES)]


def within(around: Envelope, stream: str, data: Event, occurred_at: datetime, salt: str) -> tuple[bytes, bytes]:
    """The `pieces` of one of many events that share an envelope."""
    start, end = around
    head = b"".join((start, canonical(msgspec.to_builtins(data)), _OCCURRED, timestamp(occurred_at).encode(), end))
    mid = b"".join((_SALT, salt.encode(), _place(data.SCHEMA, stream)))
    size = len(head) + len(mid) + len(data.TYPE) + _STAMPS
    if size > MAX_RECORD:
        raise RecordTooLarge(
            f"The event would be stored in {size:,} bytes; the limit is {MAX_RECORD:,}. Shorten the text.",
            size=size,
            limit=MAX_RECORD,
        )
    return head, mid


@lru_cache(maxsize=256)
def envelope(org: str, actor: str, on_behalf_of: str | None, cause: str | None, policy: int) -> Envelope:
    """What many events share."""
    front = {"actor": actor} if cause is None else {"actor": actor, "cause": cause}
    back: dict[str, Any] = {"org": org, "policy": policy}
    if on_behalf_of is not None:
        back["on_behalf_of"] = on_behalf_of
    return canonical(front)[:-1] + b',"data":', b'",' + canonical(back)[1:-1] + b',"prev":'


@lru_cache(maxsize=256)
def _place(schema: int, stream: str) -> bytes:
    """The bytes between the salt and the stream version."""
    return f'","schema":{schema},"stream":'.encode() + canonical(stream) + b',"stream_version":'


def _is_plain(value: Any) -> bool:
    """Whether only types with a canonical form occur; texts and numbers are looked at when they are written."""
    kind = type(value)
    if kind is dict:
        for key in value:
            if type(key) is not str or not key.isascii():
                return False
        value = value.values()
    elif kind is not list and kind is not tuple:
        return kind in _SCALARS
    for inner in value:  # noqa: SIM110  # a generator would cost more than what it looks at
        if type(inner) not in _SCALARS and not _is_plain(inner):
            return False
    return True


def _check(value: Any) -> None:
    kind = type(value)
    if kind is str:
        if "\x00" in value:
            raise InvalidRecord("The text holds a NUL character; remove it.")
    elif kind is int:
        if not -MAX_INTEGER <= value <= MAX_INTEGER:
            raise InvalidRecord(f"The number {value} is beyond 2^53-1, which JSON readers cannot hold exactly.")
    elif kind is dict:
        _check_members(value)
    elif kind is list or kind is tuple:
        for inner in value:
            _check(inner)
    elif value is not None and kind is not bool:
        raise InvalidRecord(
            f"A value of type {kind.__name__} has no canonical form; use text, whole numbers or booleans."
        )


def _check_members(members: dict[Any, Any]) -> None:
    for key, inner in members.items():
        if type(key) is not str or not key.isascii():
            raise InvalidRecord(f"The member name {key!r} is not plain ASCII.")
        _check(inner)
