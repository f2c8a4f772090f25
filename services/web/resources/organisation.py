"""What is the organisation's own, as it goes out."""

from __future__ import annotations

import msgspec


class AnchorMail(msgspec.Struct, frozen=True, kw_only=True):
    """The addresses that get the log's signed checkpoints by mail; version is that of the organisation's stream."""

    addresses: tuple[str, ...]
    version: int
