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
_SALT = re.compile("[0-9a-f]{32}")

_Text = Annotated[str, msgspec.Meta(min_length=1)]
_Number = Annotated[int, msgspec.Meta(ge=1)]


class _Envelope(msgspec.Struct, frozen=True):
    actor: _Text
    data: dict[str, Any]
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
    cause: str = ""
    on_behalf_of: str = ""


def _refuse_fraction(written: str) -> None:
    raise ValueError(f"{written} is no whole number")


_decoder = msgspec.json.Decoder(dict[str, Any], float_hook=_refuse_fraction)


def read(record: bytes) -> dict[str, Any] | None:
    """A record's members; None when the bytes are not canonical, or the envelope has not the form that it must have."""
    try:
        found = _decoder.decode(record)
        written = orjson.dumps(found, option=_OPTIONS)
        # The slow way only where something may be that the fast one lets pass.
        if not record.isascii() or b"\\u0000" in record:
            written = canonical(found)
        envelope = msgspec.convert(found, _Envelope)
    except (ValueError, TypeError, RecursionError, InvalidRecord, msgspec.MsgspecError):
        return None
    is_sound = (
        written == record
        and _SALT.fullmatch(envelope.salt)
        and is_moment(envelope.occurred_at)
        and "\n" not in envelope.stream
    )
    return found if is_sound else None


def is_moment(text: str) -> bool:
    """Whether this is a moment as records have it: of a day that there is, in UTC, with microseconds."""
    return _MOMENT.fullmatch(text) is not None and (text[8:10] < "29" or _is_day(text[:10]))


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True
