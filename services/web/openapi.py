"""The OpenAPI document: what every route shares, and the shapes that go out, taken from their msgspec types."""

from __future__ import annotations

from collections.abc import Iterable
from inspect import cleandoc
from typing import Any

import msgspec
from flask import Flask
from flask_smorest import Api

from services.web.paths import Position, position_schema
from services.web.problems import (
    ACCEPTED,
    BROKEN,
    CONFLICT,
    CREATED,
    FORBIDDEN,
    MALFORMED,
    MEDIA_TYPE,
    NOT_FOUND,
    NOT_MODIFIED,
    OK,
    TOO_LARGE,
    UNAUTHENTICATED,
    UNAVAILABLE,
    UNPROCESSABLE,
    Problem,
)

VERSION = "1"
_REFERENCE = "#/components/schemas/{name}"
_DESCRIPTION = """\
The record of an organisation's mentoring programmes. Every write is a command that becomes events in the
organisation's own log; every read is a fold of them.

- An access token (`Authorization: Bearer ml_...`) says for which organisation; ids of others are unknown here.
- Send `Idempotency-Key` with every write: the same request under the same key is done once and answered alike.
- `ETag` is the version of the stream; with `If-Match` a write is refused (409) when somebody else came first.
- A write answers with the positions of its events; reads of views take `at_least=<position>` to wait for them.
- Errors are problem documents (RFC 9457) with a stable `code`.
"""


def make_api(app: Flask) -> Api:
    """The extension that collects the document of an application, with what all routes refer to."""
    app.config.update(
        API_TITLE="Mentorledger",
        API_VERSION=VERSION,
        OPENAPI_VERSION="3.1.0",
        OPENAPI_URL_PREFIX="/api/v1",
        OPENAPI_JSON_PATH="openapi.json",
    )
    api = Api(app, spec_kwargs={"info": {"description": _DESCRIPTION, "license": {"name": "Apache-2.0"}}})
    api.register_converter(Position, position_schema)
    token = {"type": "http", "scheme": "bearer", "description": "An organisation's access token, with scopes."}
    api.spec.components.security_scheme("token", token)
    for name, header in _HEADERS.items():
        api.spec.components.header(name, header)
    for name, parameter in _PARAMETERS.items():
        api.spec.components.parameter(name, "header", parameter)
    problem = {"description": "A problem.", "content": {MEDIA_TYPE: {"schema": _reference("Problem")}}}
    api.spec.components.response("Problem", problem)
    api.DEFAULT_ERROR_RESPONSE_NAME = "Problem"
    return api


def describe(api: Api, shapes: Iterable[type[msgspec.Struct]]) -> None:
    """Add the schemas of everything that goes out."""
    types = dict.fromkeys([Problem, *shapes])
    _, components = msgspec.json.schema_components(list(types), ref_template=_REFERENCE)
    for schema in components.values():
        schema["description"] = cleandoc(schema.get("description", ""))
    # Put in as they are: apispec would read `items: false` (a tuple's end) as the name of a schema.
    api.spec.components.schemas.update(components)


def page_schema(shape: type[msgspec.Struct]) -> dict[str, Any]:
    """The schema of a page of things."""
    items = {"type": "array", "items": _reference(shape.__name__)}
    next_ = {"type": ["string", "null"], "description": "Address of the next page; null on the last one."}
    return {"type": "object", "required": ["items", "next"], "properties": {"items": items, "next": next_}}


def file_answers(media_type: str) -> dict[int, Any]:
    """The answers of a route that gives a file out."""
    content = {media_type: {"schema": {"type": "string"}}}
    return {OK: {"description": "The file.", "content": content}} | _problems("GET")


def answers_of(
    shape: type[msgspec.Struct] | dict[str, Any], method: str, *, creates: bool, accepts: bool = False
) -> dict[int, Any]:
    """The answers of a route by status code."""
    schema = shape if isinstance(shape, dict) else _reference(shape.__name__)
    good = {"description": "Done.", "content": {"application/json": {"schema": schema}}, "headers": _tag()}
    found: dict[int, Any] = {OK: good}
    if accepts:
        found[ACCEPTED] = good | {"description": "Asked for; it is made soon."}
    if creates:
        found[CREATED] = good | {"description": "Made.", "headers": _tag() | {"Location": _header("Location")}}
    if method == "GET":
        found[NOT_MODIFIED] = {"description": "The version in If-None-Match is the current one."}
    return found | _problems(method)


def _problems(method: str) -> dict[int, Any]:
    content = {MEDIA_TYPE: {"schema": _reference("Problem")}}
    return {
        status: {"description": means, "content": content}
        for status, means in _PROBLEMS.items()
        if method != "GET" or status not in (CONFLICT, TOO_LARGE)
    }


def request_headers(method: str) -> list[str]:
    """The headers that a route takes."""
    names = ("IdempotencyKey", "IfMatch") if method != "GET" else ("IfNoneMatch",)
    return list(names)


_BYTES = {"schema": {"type": "string", "format": "binary"}}
FILE_BODY: dict[str, Any] = {
    "required": True,
    "content": {
        "multipart/form-data": {
            "schema": {"type": "object", "required": ["file"], "properties": {"file": _BYTES["schema"]}}
        },
        "text/csv": _BYTES,
        "application/x-ndjson": _BYTES,
        "application/octet-stream": _BYTES,
    },
}

_PROBLEMS = {
    MALFORMED: "The request cannot be read.",
    UNAUTHENTICATED: "No access token, or one that opens nothing.",
    FORBIDDEN: "The access token lacks the scope.",
    NOT_FOUND: "There is none of this id in the organisation.",
    CONFLICT: "What is already the case does not allow it; `stale_version` names the current version.",
    TOO_LARGE: "The body is too large.",
    UNPROCESSABLE: "The request can be read, but not be done; `errors` names the fields.",
    BROKEN: "Something broke on our side.",
    UNAVAILABLE: "Not now; ask again after Retry-After.",
}

_HEADERS = {
    "ETag": {"description": "Version of the stream.", "schema": {"type": "string"}},
    "Location": {"description": "Address of what was made.", "schema": {"type": "string"}},
}

_PARAMETERS: dict[str, dict[str, Any]] = {
    "IdempotencyKey": {
        "name": "Idempotency-Key",
        "description": "The same request under the same key is done once and answered alike.",
        "schema": {"type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[!-~]+$"},
    },
    "IfMatch": {
        "name": "If-Match",
        "description": "Do it only if the stream still has this version.",
        "schema": {"type": "string"},
    },
    "IfNoneMatch": {
        "name": "If-None-Match",
        "description": "Answer 304 if this version is the current one.",
        "schema": {"type": "string"},
    },
}


def _reference(name: str) -> dict[str, str]:
    return {"$ref": _REFERENCE.format(name=name)}


def _header(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/headers/{name}"}


def _tag() -> dict[str, Any]:
    return {"ETag": _header("ETag")}
