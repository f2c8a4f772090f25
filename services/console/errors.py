"""Pages for what goes wrong, in the style of the others."""

from __future__ import annotations

import logging
import traceback

from flask import Blueprint, Response, request
from werkzeug.exceptions import NotFound as NoSuchAddress

from events.errors import EventsError
from services.console.rendering import page
from services.errors import NotFound
from services.web.problems import BROKEN, MALFORMED, NOT_FOUND, RETRY_SECONDS, UNAVAILABLE, ApiError, problem, status_of

_HTML = "text/html"
_API = "/api/"


def register(blueprint: Blueprint) -> None:
    """Answer with pages, for this blueprint's routes and for addresses that nobody has."""
    blueprint.register_error_handler(NotFound, lambda _error: missing())
    blueprint.register_error_handler(ApiError, lambda error: page("console/fault.html", MALFORMED, says=error.message))
    blueprint.register_error_handler(EventsError, _unavailable)
    blueprint.register_error_handler(Exception, _broken)
    blueprint.app_errorhandler(NOT_FOUND)(_no_address)


def missing() -> Response:
    """What is not here, and what is another organisation's: they look the same."""
    return page("console/missing.html", NOT_FOUND)


def _no_address(_error: NoSuchAddress) -> Response:
    if request.path.startswith(_API) or _HTML not in request.accept_mimetypes.values():  # `*/*` is a program
        return problem("not_found", "There is nothing at this address; see /api/v1/docs for those there are.")
    return missing()


def _unavailable(error: EventsError) -> Response:
    if status_of(error.code) != UNAVAILABLE:
        return _broken(error)
    response = page("console/fault.html", UNAVAILABLE, says="The database does not answer. Try again in a moment.")
    response.headers["Retry-After"] = str(RETRY_SECONDS)
    return response


def _broken(error: Exception) -> Response:
    """Where it broke goes to the log; what it said does not, since it may hold what people wrote."""
    trace = "".join(traceback.format_tb(error.__traceback__))
    logging.getLogger(__name__).error("%s at %s\n%s", type(error).__name__, request.endpoint, trace)
    return page("console/fault.html", BROKEN, says="Something broke on our side; it is in the log.")
