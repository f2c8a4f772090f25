"""Every error that the API answers with, and the one place where HTTP status codes stand.

The shape is RFC 9457 (`application/problem+json`): type, title, status, detail; and of ours: code, which is stable,
errors (one per field: a JSON pointer into the body, or the name of a query parameter) and facts for programs.
"""

from __future__ import annotations

import logging
import traceback
from http import HTTPStatus
from typing import Any

import msgspec
from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException

from events.errors import EventsError
from services.errors import NotFound, ServiceError

MEDIA_TYPE = "application/problem+json"
RETRY_SECONDS = 1

OK, CREATED, ACCEPTED, NOT_MODIFIED = 200, 201, 202, 304
MALFORMED, UNAUTHENTICATED, FORBIDDEN, NOT_FOUND, NOT_ALLOWED = 400, 401, 403, 404, 405
CONFLICT, TOO_LARGE, UNSUPPORTED, UNPROCESSABLE = 409, 413, 415, 422
BROKEN, UNAVAILABLE = 500, 503

_OWN = {
    "malformed_json": MALFORMED,
    "duplicate_key": MALFORMED,
    "too_deeply_nested": MALFORMED,
    "invalid_header": MALFORMED,
    "invalid_cursor": MALFORMED,
    "bad_request": MALFORMED,
    "no_token": UNAUTHENTICATED,
    "invalid_token": UNAUTHENTICATED,
    "missing_scope": FORBIDDEN,
    "acts_for_other": FORBIDDEN,
    "coordinator_only": FORBIDDEN,
    "not_found": NOT_FOUND,
    "not_signed_yet": NOT_FOUND,
    "method_not_allowed": NOT_ALLOWED,
    "body_too_large": TOO_LARGE,
    "file_too_large": TOO_LARGE,
    "record_too_large": TOO_LARGE,
    "unsupported_media_type": UNSUPPORTED,
    "internal_error": BROKEN,
    "unknown_event_type": BROKEN,
    "unknown_organisation": NOT_FOUND,
    "clock_jump": UNAVAILABLE,
    "log_halted": UNAVAILABLE,
    "not_caught_up": UNAVAILABLE,
    "not_ready": UNAVAILABLE,
    "storage_unavailable": UNAVAILABLE,
}
"""Codes whose status is not the one of refusals in general."""

LASTING = frozenset({"log_halted"})
"""Outages that a person must end: to try again in a moment is of no use."""

CONFLICTS = frozenset(
    {
        "already_closed", "already_enrolled", "already_started", "batch_moved_on", "batch_reused", "batch_undone",
        "address_taken", "before_last_change", "cannot_withdraw", "claim_taken", "commitment_exists",
        "commitment_settled", "enrolment_withdrawn", "feedback_exists", "feedback_void", "goal_exists",
        "goal_not_open", "idempotency_key_reused", "last_mentor", "mentor_at_capacity", "not_active", "not_enrolled",
        "not_in_cultivation", "not_in_separation", "not_proposed", "not_proposed_or_active", "not_withdrawn",
        "organisation_exists", "pair_already_open", "person_exists", "position_moved", "programme_differs",
        "programme_exists", "programme_not_open", "relationship_exists", "separation_not_proposed",
        "separation_same_side", "session_already_held", "session_exists", "session_not_held", "session_not_planned",
        "session_void", "stage_not_ready", "stage_out_of_order", "stale_version", "token_exists",
    }
)  # fmt: skip  # a list of words
"""Refusals that come from what is already the case; the others lie in the request itself."""


class ApiError(Exception):
    """An error of the way in: a stable code, a sentence, errors by field, further headers."""

    def __init__(
        self,
        code: str,
        message: str,
        *,
        errors: tuple[dict[str, str], ...] = (),
        headers: dict[str, str] | None = None,
        **facts: object,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.errors = errors
        self.headers = headers or {}
        self.facts = facts


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """The body of every error; errors name fields by `pointer` (RFC 6901) or `parameter`, facts are for programs."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    code: str
    errors: tuple[dict[str, str], ...] = ()
    facts: dict[str, Any] = {}


def status_of(code: str) -> int:
    """The status code of an error's code."""
    return _OWN.get(code, CONFLICT if code in CONFLICTS else UNPROCESSABLE)


def register(app: Flask) -> None:
    """Give every error of the application the one shape."""
    app.register_error_handler(ApiError, _own)
    app.register_error_handler(ServiceError, _refused)
    app.register_error_handler(EventsError, _refused)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _unexpected)


def problem(
    code: str,
    message: str,
    status: int | None = None,
    *,
    errors: tuple[dict[str, str], ...] = (),
    headers: dict[str, str] | None = None,
    facts: dict[str, Any] | None = None,
) -> Response:
    """The answer for an error."""
    status = status or status_of(code)
    body = Problem(
        title=HTTPStatus(status).phrase, status=status, detail=message, code=code, errors=errors, facts=facts or {}
    )
    response = Response(msgspec.json.encode(body, enc_hook=str), status, content_type=MEDIA_TYPE)
    response.headers.update(headers or {})
    if status == UNAVAILABLE and code not in LASTING:
        response.headers["Retry-After"] = str(RETRY_SECONDS)
    return response


def _own(error: ApiError) -> Response:
    return problem(error.code, error.message, errors=error.errors, headers=error.headers, facts=error.facts)


def _refused(error: ServiceError | EventsError) -> Response:
    status = NOT_FOUND if isinstance(error, NotFound) else None
    return problem(error.code, error.message, status, facts=error.facts)


_HTTP = {
    NOT_FOUND: ("not_found", "There is nothing at this address; see /api/v1/docs for those there are."),
    NOT_ALLOWED: ("method_not_allowed", "This address does not take this method; the Allow header names others."),
    TOO_LARGE: ("body_too_large", "The body is larger than this address takes."),
    UNSUPPORTED: ("unsupported_media_type", "Send the body as application/json."),
    BROKEN: (
        "internal_error",
        "Something broke on our side; our log says where. Send the same request with the same key again.",
    ),
}


def _http(error: HTTPException) -> Response:
    status = error.code or BROKEN
    code, message = _HTTP.get(status, ("bad_request", error.description or error.name))
    headers = {name: value for name, value in error.get_headers() if name.lower() == "allow"}
    return problem(code, message, status, headers=headers)


def _unexpected(error: Exception) -> Response:
    """Where it broke goes to the log; what it said does not, since it may hold what people wrote."""
    trace = "".join(traceback.format_tb(error.__traceback__))
    logging.getLogger(__name__).error("%s at %s\n%s", type(error).__name__, request.endpoint, trace)
    code, message = _HTTP[BROKEN]
    return problem(code, message)
