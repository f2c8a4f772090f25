"""The whole body of a request, and a file that comes as the body itself or in a form."""

from __future__ import annotations

from dataclasses import dataclass

from flask import request

from services.imports.text import MAX_FILE
from services.web.problems import ApiError

_FORM_OVERHEAD = 100_000
_UNNAMED = "upload"


@dataclass(frozen=True, slots=True)
class Uploaded:
    """A file's name, as the sender calls it, and its bytes."""

    name: str
    data: bytes


def uploaded(name: str | None) -> Uploaded:
    """The file of this request; name counts before the name in the form. Raises ApiError `invalid_body`."""
    request.max_content_length = MAX_FILE + _FORM_OVERHEAD
    if request.mimetype != "multipart/form-data":
        return Uploaded(name or _UNNAMED, whole_body())
    file = request.files.get("file")
    if request.content_length is None and getattr(request.stream, "is_exhausted", False):
        raise _cut_off()
    if file is None:
        fault = {"pointer": "/file", "message": "Missing data for required field."}
        raise ApiError("invalid_body", "The form has no `file`.", errors=(fault,))
    return Uploaded(name or _plain(file.filename), file.read())


def whole_body() -> bytes:
    """The body. Raises ApiError `body_too_large` where a body of untold length was cut off at the limit."""
    data = request.get_data()
    if request.max_content_length is not None and len(data) >= request.max_content_length:
        raise _cut_off()
    return data


def _cut_off() -> ApiError:
    return ApiError("body_too_large", "The body is larger than this address takes.")


def _plain(name: str | None) -> str:
    """The name without a path and without characters that are no text."""
    last = (name or "").replace("\\", "/").rpartition("/")[2]
    kept = "".join(one for one in last if one.isprintable())
    return kept.encode("utf-8", "ignore").decode()[:200] or _UNNAMED
