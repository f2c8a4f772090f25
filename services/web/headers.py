"""Request headers with a meaning of their own: Idempotency-Key, If-Match, If-None-Match."""

from __future__ import annotations

import re

from flask import request

from services.web.problems import ApiError

_KEY = re.compile(r"[\x21-\x7e]{1,200}", re.ASCII)
_TAG = re.compile(r'"(\d{1,15})"', re.ASCII)


def idempotency_key() -> str | None:
    """The key of this write, None without one. Raises ApiError `invalid_header`."""
    key = request.headers.get("Idempotency-Key")
    if key is not None and not _KEY.fullmatch(key):
        raise ApiError("invalid_header", "Idempotency-Key takes 1 to 200 visible ASCII characters, no blanks.")
    return key


def expected_version() -> int | None:
    """The version of the stream that the caller saw, None for any. Raises ApiError `invalid_header`."""
    tag = request.headers.get("If-Match")
    if tag is None or tag.strip() == "*":
        return None
    match = _TAG.fullmatch(tag.strip())
    if match is None:
        raise ApiError("invalid_header", 'If-Match takes one version as it came in an ETag, such as "7".')
    return int(match[1])


def etag(version: int) -> str:
    """A stream version as an entity tag."""
    return f'"{version}"'


def is_known(version: int) -> bool:
    """Whether the caller has this version already."""
    tags = request.headers.get("If-None-Match")
    return tags is not None and etag(version) in [tag.strip().removeprefix("W/") for tag in tags.split(",")]
