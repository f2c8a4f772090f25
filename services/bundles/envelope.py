"""What the bytes of one record must be: canonical JSON with the envelope that every record has.

The canonical form is that of `events.record`: RFC 8785, without fractions, with ASCII member names, and with integers
that every reader of JSON can hold. Of such bytes there is one reading.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Any

import msgspec
import orjson

from events.errors import InvalidRecord
from events.record import canonical

_OPTIONS = orjson.OPT_SORT_KEYS | orjson.OPT_STRICT_INTEGER
_MOMENT = re.compile(r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{6}Z", re.ASCII)
_MOMENT_AND_SALT = re.compile(_MOMENT.pattern + "[0-9a-f]{32}", re.ASCII)

_Text = Annotated[str, msgspec.Meta(min_length=1)]
_Number = Annotated[int, msgspec.Meta(ge=1, le=2**53 - 1)]


class Record(msgspec.Struct, frozen=True):
    """The members of a record, in their canonical order but for the two that may be missing; data as it is written."""

    actor: _Text
    data: msgspec.Raw
    occurred_at: str
    org: _Text
    policy: _Number
    prev: Annotated[str, msgspec.Meta(min_length=64, max_length=64)] | None
    recorded_at: str
    salt: str
    schema: _Number
    stream: _Text
    stream_version: _Number
    type: _Text
    cause: str | None = None
    on_behalf_of: str | None = None

    def members(self) -> dict[str, Any]:
        """The data, read."""
        return _members.decode(self.data)


def _refuse_fraction(written: str) -> None:
    raise ValueError(f"{written} is no whole number")


_records = msgspec.json.Decoder(Record)
_members = msgspec.json.Decoder(dict[str, Any], float_hook=_refuse_fraction)


def read(record: bytes) -> Record | None:
    """A record; None when the bytes are not canonical, or the envelope has not the form that it must have."""
    try:
        found = _records.decode(record)
        is_canonical = _is_put_together(found, record) or canonical(_members.decode(record)) == record
    except (ValueError, TypeError, RecursionError, InvalidRecord, msgspec.MsgspecError):
        return None
    moment = found.occurred_at
    is_sound = (
        is_canonical
        and _MOMENT_AND_SALT.fullmatch(moment + found.salt)
        and (moment[8:10] < "29" or _is_day(moment[:10]))
        and "\n" not in found.stream
    )
    return found if is_sound else None


def _is_put_together(found: Record, record: bytes) -> bool:
    """Whether the record is what its members make, side by side: so it is unless a text needs an escape.

    To write the whole anew takes longer, and every record of a log comes by here. False is no verdict.
    """
    # In a list, since the depth to which values may nest counts from the record on.
    data = orjson.dumps([_members.decode(found.data)], option=_OPTIONS)[1:-1]
    if not data.isascii() or b"\\u0000" in data:
        return False
    cause = "" if found.cause is None else f'","cause":"{found.cause}'
    behalf = "" if found.on_behalf_of is None else f'"on_behalf_of":"{found.on_behalf_of}",'
    prev = "null" if found.prev is None else f'"{found.prev}"'
    rest = (
        f',"occurred_at":"{found.occurred_at}",{behalf}"org":"{found.org}","policy":{found.policy},"prev":{prev},'
        f'"recorded_at":"{found.recorded_at}","salt":"{found.salt}","schema":{found.schema},"stream":"{found.stream}",'
        f'"stream_version":{found.stream_version},"type":"{found.type}"}}'
    )
    return b"".join((f'{{"actor":"{found.actor}{cause}","data":'.encode(), data, rest.encode())) == record


def is_moment(text: str) -> bool:
    """Whether this is a moment as records have it: of a day that there is, in UTC, with microseconds."""
    return _MOMENT.fullmatch(text) is not None and (text[8:10] < "29" or _is_day(text[:10]))


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True
