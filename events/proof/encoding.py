"""Base64 and numbers in their one canonical spelling: two readers must never differ on what a line says."""

from __future__ import annotations

import base64
import binascii
import re

MAX_NUMBER = 2**63 - 1
_NUMBER = re.compile(r"0|[1-9][0-9]{0,18}")


def encode64(data: bytes) -> str:
    """Standard base64 with padding (RFC 4648 section 4)."""
    return base64.b64encode(data).decode()


def decode64(text: str) -> bytes | None:
    """The bytes of standard base64 as `encode64` writes it; None for any other text."""
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
    return data if encode64(data) == text else None


def parse_number(text: str) -> int | None:
    """A whole number up to 2^63-1 in plain digits without leading zeroes; None for any other text."""
    number = int(text) if _NUMBER.fullmatch(text) else None
    return number if number is not None and number <= MAX_NUMBER else None
