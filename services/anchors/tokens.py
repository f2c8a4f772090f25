"""The tokens of those who vouch for the installation's log: their sorts, and the bytes as they were given."""

from __future__ import annotations

from base64 import b64decode

WITNESS, TSA, MAIL = "witness", "tsa", "mail"


def token_bytes(kind: str, token: str) -> bytes:
    """A token as it was given: a time stamp's bytes, the line of a cosignature, a Message-ID."""
    return b64decode(token) if kind == TSA else token.encode()
