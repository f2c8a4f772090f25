"""Why a command is refused: a stable code and a sentence that a person can act on."""

from __future__ import annotations


class ServiceError(Exception):
    """Root of what the services refuse; facts are further members for the reader (ids, limits, versions)."""

    def __init__(self, code: str, message: str, **facts: object) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.facts = facts


class Refused(ServiceError):
    """The command breaks a rule of mentoring; nothing was written."""


class NotFound(ServiceError):
    """Nothing of this name in the caller's organisation; another organisation's looks the same."""
