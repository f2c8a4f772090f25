"""What the log refuses: one root, a stable code each, a sentence that says what to do."""

from __future__ import annotations


class EventsError(Exception):
    """Root of the log's errors; facts are further members for the reader."""

    code = "events_error"

    def __init__(self, message: str, **facts: object) -> None:
        super().__init__(message)
        self.message = message
        self.facts = facts


class InvalidRecord(EventsError):
    """The data cannot be a canonical record: a float, a lone surrogate, a NUL, an integer beyond 2^53-1 ..."""

    code = "invalid_record"


class RecordTooLarge(EventsError):
    """The canonical record would exceed 65,535 bytes, the most that an entry bundle of C2SP tlog-tiles can hold."""

    code = "record_too_large"


class UnknownEventType(EventsError):
    """The log holds a type or a form that this release does not know: an older release reading a newer log."""

    code = "unknown_event_type"


class MissingUpcaster(EventsError):
    """A stored form could not be read: this release lacks a step from an older form to the next; `steps` says which."""

    code = "missing_upcaster"


class VersionConflict(EventsError):
    """The stream is not at the expected version; `current` says where it is."""

    code = "stale_version"


class ClaimTaken(EventsError):
    """A scope that the append wanted to occupy is full; `scope` and `limit` say which."""

    code = "claim_taken"


class CommandReused(EventsError):
    """The idempotency key was used before with another body."""

    code = "idempotency_key_reused"


class UnknownOrganisation(EventsError):
    """No organisation of this id has a log here."""

    code = "unknown_organisation"


class ClockJump(EventsError):
    """A clock is more than five minutes away from where it must be; nothing was stamped with it."""

    code = "clock_jump"


class LogHalted(EventsError):
    """The organisation's log takes nothing: it went back behind what was signed of it; the message says what to do."""

    code = "log_halted"


class SignerUnavailable(EventsError):
    """The signer does not answer, or not in time; appends go on, checkpoints wait for it."""

    code = "signer_unavailable"


class SignerRefused(EventsError):
    """The signer answered and did not sign.

    `code`: stale (its memory is at another size than was said, fact `size`), went_back (its memory is at a larger
    size, fact `size`), inconsistent (the new root does not continue the signed one), memory_lost (it has the key and
    does not know what it signed), memory_unusable, bad_note, bad_request, unauthorised.
    """

    code = "signer_refused"

    def __init__(self, message: str, code: str, **facts: object) -> None:
        super().__init__(message, **facts)
        self.code = code


class StorageUnavailable(EventsError):
    """PostgreSQL cannot be reached or did not answer in time; the same command with the same key may be sent again."""

    code = "storage_unavailable"


class UnsafeDatabase(EventsError):
    """The database would not keep organisations apart or history unchanged as it is set up."""

    code = "unsafe_database"
