"""Who is signed in: an access token in a cookie that no script reads and no other site sends.

The token is looked up on every request by the same function as the API's, so a revoked one is out at once (within the
seconds for which a look-up is remembered). The server keeps no session.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from flask import Response, redirect, request

from events.organisations import Credential
from services.console.rendering import page
from services.web.auth import Credentials
from services.web.call import Call
from services.web.parts import Services
from services.web.problems import FORBIDDEN, UNAUTHENTICATED

COOKIE = "mentorledger_token"
SCOPE = "read"
_LONGEST = 200
_SEE_OTHER = 303
Route = Callable[..., Response]


@dataclass(frozen=True, slots=True)
class Visit:
    """One request of somebody who is signed in; the organisation comes from the credential alone."""

    services: Services
    credential: Credential

    @property
    def org(self) -> UUID:
        """The organisation that the token speaks for."""
        return self.credential.org

    @property
    def call(self) -> Call:
        """The same as a call of the API, for what both read."""
        return Call(services=self.services, credential=self.credential)

    def page(self, template: str, *, status: int = 200, **context: Any) -> Response:
        """A page that names the organisation."""
        current = self.services.queries.one(self.org, f"organisation-{self.org}")
        name = current.card.label if current is not None else "Organisation"
        return page(template, status, organisation=name, **context)


class Door:
    """Lets in whoever brings a token that may read."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._credentials = Credentials(services.credential_of)

    def visit(self) -> Visit | None:
        """The request's visit, None for nobody."""
        token = request.cookies.get(COOKIE, "")
        found = self._credentials.of(token) if token else None
        return None if found is None else Visit(self._services, found)

    def guard(self, show: Callable[..., Response]) -> Route:
        """The route that shows a page to whoever is signed in, and the form to everybody else."""

        @wraps(show)
        def guarded(**place: str) -> Response:
            visit = self.visit()
            if visit is None:
                return _form(status=UNAUTHENTICATED, goes_to=_local(request.full_path.rstrip("?")))
            if SCOPE not in visit.credential.scopes:
                return visit.page("console/forbidden.html", status=FORBIDDEN)
            return show(visit, **place)

        return guarded

    def form(self) -> Response:
        """The form, for whoever asks for it."""
        return _form(status=200, goes_to=_local(request.args.get("to", "/")))

    def enter(self) -> Response:
        """Take a token from the form; a wrong one gets the form again."""
        goes_to = _local(request.form.get("to", "/"))
        if not _same_site():
            return page("console/foreign.html", FORBIDDEN)
        token = request.form.get("token", "").strip()
        if len(token) > _LONGEST or self._credentials.of(token) is None:
            fault = "This token is unknown, revoked or expired. Check that all of it was copied."
            return _form(status=UNAUTHENTICATED, goes_to=goes_to, fault=fault)
        response = _to(goes_to)
        response.set_cookie(COOKIE, token, httponly=True, samesite="Strict", secure=request.is_secure, path="/")
        return response

    def leave(self) -> Response:
        """Forget the token."""
        if not _same_site():
            return page("console/foreign.html", FORBIDDEN)
        response = _to("/sign-in")
        response.delete_cookie(COOKIE, httponly=True, samesite="Strict", secure=request.is_secure, path="/")
        return response


def _form(*, status: int, goes_to: str, fault: str | None = None) -> Response:
    return page("console/sign_in.html", status, goes_to=goes_to, fault=fault)


def _to(place: str) -> Response:
    response = redirect(place, _SEE_OTHER)
    assert isinstance(response, Response), "flask's own class unless told otherwise"
    return response


def _local(place: str) -> str:
    """A place on this site; anything else is the start page, since the address came with the request."""
    parts = urlsplit(place)
    here = place.startswith("/") and not place.startswith(("//", "/\\")) and not parts.netloc and place.isprintable()
    return "/" if not here or parts.path in ("/sign-in", "/sign-out") else place


def _same_site() -> bool:
    """Whether a form was sent from this site's own page: browsers say where a POST comes from."""
    came = request.headers.get("Sec-Fetch-Site")
    if came is not None:
        return came in ("same-origin", "none")
    origin = request.headers.get("Origin")
    return origin is None or urlsplit(origin).netloc == request.host
