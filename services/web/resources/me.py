"""The caller, as it goes out."""

from __future__ import annotations

import msgspec

from services.web.resources.shared import When


class Me(msgspec.Struct, frozen=True, kw_only=True):
    """For which organisation a token speaks, and what it may do; log_size is how many events the log holds."""

    organisation_id: str
    organisation_name: str
    token_id: str
    label: str
    scopes: tuple[str, ...]
    expires_at: When | None
    log_size: int
