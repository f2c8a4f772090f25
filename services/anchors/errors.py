"""Why a time stamp proves nothing."""

from __future__ import annotations


class StampError(Exception):
    """A time stamp that proves nothing; message is a sentence."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class StampRefused(StampError):
    """The authority did not give one."""
