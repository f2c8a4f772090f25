"""From the request to the values of a schema; every fault becomes the API's own error."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NoReturn

import marshmallow
from flask import Request
from webargs.flaskparser import FlaskParser

from services.web import strictjson
from services.web.problems import ApiError
from services.web.uploads import whole_body


class Parser(FlaskParser):
    """Reads strict JSON."""

    def __init__(self) -> None:
        super().__init__(unknown=None)  # the schemas say it: what they do not know is refused, in queries too

    def load_json(self, req: Request, schema: marshmallow.Schema) -> Any:
        """The body; without one it is an empty object."""
        data = whole_body()
        if not data:
            return {}
        if req.mimetype != "application/json" and not req.mimetype.endswith("+json"):
            raise ApiError("unsupported_media_type", "Send the body as application/json.")
        try:
            document = strictjson.loads(data)
        except strictjson.NotJson as error:
            raise ApiError(error.code, error.message) from error
        _must_be_keepable(document)
        return document

    def load_querystring(self, req: Request, schema: marshmallow.Schema) -> Any:
        """The query; one that names a parameter twice is refused."""
        twice = [name for name, values in req.args.lists() if len(values) > 1]
        if twice:
            raise _invalid("query", {name: ["Name it once."] for name in twice})
        return req.args.to_dict()

    def handle_error(
        self,
        error: marshmallow.ValidationError,
        req: Request,
        schema: marshmallow.Schema,
        *,
        error_status_code: int | None,
        error_headers: Mapping[str, str] | None,
    ) -> NoReturn:
        """Say what is wrong with each field."""
        location, messages = next(iter(error.messages_dict.items()))
        raise _invalid(location, messages) from error


def _must_be_keepable(document: Any) -> None:
    found = tuple({"pointer": pointer, "message": says} for pointer, says in strictjson.faults(document))
    if found:
        raise ApiError("invalid_body", "The body holds values that cannot be kept; see errors.", errors=found[:100])
    if not isinstance(document, dict):
        fault = {"pointer": "", "message": "The body must be an object."}
        raise ApiError("invalid_body", "The body must be an object.", errors=(fault,))


def _invalid(location: str, messages: Any) -> ApiError:
    if location == "json":
        errors = tuple({"pointer": pointer, "message": says} for pointer, says in _flat(messages))
        return ApiError("invalid_body", "The body is not what this address takes; see errors.", errors=errors)
    errors = tuple({"parameter": name.lstrip("/"), "message": says} for name, says in _flat(messages))
    return ApiError("invalid_query", "The query is not what this address takes; see errors.", errors=errors)


def _flat(messages: Any, pointer: str = "") -> Iterator[tuple[str, str]]:
    """(JSON pointer, sentence) of marshmallow's nested messages."""
    match messages:
        case dict():
            for key, inner in messages.items():
                yield from _flat(inner, pointer if key == "_schema" else f"{pointer}/{strictjson.token(str(key))}")
        case list():
            for inner in messages:
                yield from _flat(inner, pointer)
        case _:
            yield pointer, str(messages)
