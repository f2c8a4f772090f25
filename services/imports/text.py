"""From bytes to text: UTF-8 with or without a mark, UTF-16 with one, else Windows-1252 with a warning."""

from __future__ import annotations

import codecs
from dataclasses import dataclass

from services.errors import Refused
from services.imports.verdicts import Note

MAX_FILE = 32 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Decoded:
    """The text, the name of the encoding, and a warning where the encoding had to be assumed."""

    text: str
    encoding: str
    notes: tuple[Note, ...] = ()


def decode(data: bytes) -> Decoded:
    """The text of a file. Raises Refused `file_too_large`, `empty_file`, `unreadable_encoding`."""
    if len(data) > MAX_FILE:
        raise Refused(
            "file_too_large",
            f"The file has {len(data):,} bytes; the limit is {MAX_FILE:,}. Split it into several files.",
            limit=MAX_FILE,
        )
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        decoded = Decoded(_strict(data, "utf-16"), "utf-16")
    else:
        decoded = _eight_bit(data)
    if not decoded.text.strip():
        raise Refused("empty_file", "The file is empty; choose the file with the data.")
    return decoded


def _eight_bit(data: bytes) -> Decoded:
    try:
        return Decoded(data.decode("utf-8-sig"), "utf-8")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        note = Note(
            code="assumed_encoding",
            message=f"Line {line} is not UTF-8; the file was read as Windows-1252. Check names with accents, "
            "or save the file as UTF-8.",
        )
        return Decoded(_strict(data, "cp1252"), "cp1252", (note,))


def _strict(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise Refused(
            "unreadable_encoding",
            f"The file is neither UTF-8 nor valid {encoding}; save it as UTF-8 and send it again.",
        ) from error
