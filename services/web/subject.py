"""How a subject declares its routes: path, scope, what comes in, what goes out; all else is the same for all.

A route is a function (call, body or query, ids of the path) -> result. It is documented by its docstring, the schema
of what comes in (marshmallow, which names every fault by field) and the type of what goes out (msgspec, which writes
and describes it without a second declaration).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

import msgspec
from flask import Response, current_app
from flask_smorest import Blueprint
from marshmallow import Schema

from services.web.answers import PREFIX, Outcome, Result, Written, created, respond
from services.web.auth import Credentials, authenticate
from services.web.call import Call
from services.web.headers import expected_version, idempotency_key
from services.web.openapi import FILE_BODY, answers_of, file_answers, page_schema, request_headers
from services.web.pages import PageQuery
from services.web.parsing import Parser
from services.web.parts import Services

EXTENSION = "mentorledger"
Route = TypeVar("Route", bound=Callable[..., Result])
Query = dict[str, Any]
Body = dict[str, Any]


class Subject:
    """The routes of one subject."""

    def __init__(self, name: str, description: str) -> None:
        self.blueprint = Blueprint(name, __name__, url_prefix=PREFIX, description=description)
        self.blueprint.ARGUMENTS_PARSER = Parser()
        self.shapes: list[type[msgspec.Struct]] = []

    def read(
        self, path: str, shape: type[msgspec.Struct], query: Schema | None = None, scope: str | None = "read"
    ) -> Callable[[Route], Route]:
        """A GET of one thing."""
        return self._route("GET", path, shape, scope, query=query)

    def list(self, path: str, shape: type[msgspec.Struct], query: Schema | None = None) -> Callable[[Route], Route]:
        """A GET of a page of things."""
        return self._route("GET", path, shape, "read", query=query or PageQuery(), pages=True)

    def write(
        self,
        path: str,
        body: Schema,
        *,
        shape: type[msgspec.Struct] = Outcome,
        method: str = "POST",
        creates: bool = False,
        accepts: bool = False,
        scope: str = "write",
    ) -> Callable[[Route], Route]:
        """A POST of a command; creates: 201 and a Location when something new came of it; accepts: 202 before that.

        method: PUT for a command that says all of what can be read at the path.
        """
        answers = answers_of(shape, method, creates=creates, accepts=accepts)
        return self._route(method, path, shape, scope, body=body, creates=creates, answers=answers)

    def file(self, path: str, media_type: str) -> Callable[[Route], Route]:
        """A GET of a file."""
        return self._route("GET", path, None, "read", answers=file_answers(media_type))

    def upload(
        self, path: str, shape: type[msgspec.Struct], query: Schema, *, creates: bool = False, scope: str
    ) -> Callable[[Route], Route]:
        """A POST of a file, which the route reads itself."""
        return self._route("POST", path, shape, scope, query=query, creates=creates, file=True)

    def _route(
        self,
        method: str,
        path: str,
        shape: type[msgspec.Struct] | None,
        scope: str | None,
        *,
        query: Schema | None = None,
        body: Schema | None = None,
        pages: bool = False,
        creates: bool = False,
        file: bool = False,
        answers: dict[int, Any] | None = None,
    ) -> Callable[[Route], Route]:
        def declare(route: Route) -> Route:
            view: Callable[..., Result] = route
            if query is not None:
                view = self.blueprint.arguments(query, location="query")(view)
            if body is not None:
                view = self.blueprint.arguments(body, location="json", required=bool(_required(body)))(view)
            guarded = _guarded(view, scope, writes=method != "GET", creates=creates)
            documented = self.blueprint.doc(
                operationId=route.__name__,
                parameters=[*request_headers(method), *([{"in": "query", "schema": query}] if query else [])],
                responses=answers or _answers(shape, method, pages=pages, creates=creates),
                security=[{"token": [scope] if scope else []}],
                **({"requestBody": FILE_BODY} if file else {}),
            )(guarded)
            self.blueprint.add_url_rule(path, route.__name__, documented, methods=[method])
            if shape is not None:
                self.shapes.append(shape)
            return route

        return declare


def _answers(shape: type[msgspec.Struct] | None, method: str, *, pages: bool, creates: bool) -> dict[int, Any]:
    assert shape is not None, "a route without a shape says its answers itself"
    return answers_of(page_schema(shape) if pages else shape, method, creates=creates)


def _required(schema: Schema) -> list[str]:
    return [name for name, one in schema.fields.items() if one.required]


def _guarded(view: Callable[..., Result], scope: str | None, *, writes: bool, creates: bool) -> Callable[..., Response]:
    @wraps(view)
    def guarded(**path: object) -> Response:
        result = view(_call(scope, writes=writes), **{name: str(value) for name, value in path.items()})
        response = respond(result)
        return created(response, result) if creates and isinstance(result, Written) else response

    return guarded


def _call(scope: str | None, *, writes: bool) -> Call:
    services, credentials = parts()
    credential = authenticate(credentials, scope)
    if not writes:
        return Call(services=services, credential=credential)
    return Call(services=services, credential=credential, key=idempotency_key(), expected=expected_version())


def parts() -> tuple[Services, Credentials]:
    """What the running application is made of."""
    found: tuple[Services, Credentials] = current_app.extensions[EXTENSION]
    return found
