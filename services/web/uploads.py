"""A file that comes as the body itself or in a form."""

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
        return Uploaded(name or _UNNAMED, request.get_data())
    file = request.files.get("file")
    if file is None:
        fault = {"pointer": "/file", "message": "Missing data for required field."}
        raise ApiError("invalid_body", "The form has no `file`.", errors=(fault,))
    return Uploaded(name or _plain(file.filename), file.read())


def _plain(name: str | None) -> str:
    """The name without a path and without characters that are no text."""
    last = (name or "").replace("\\", "/").rpartition("/")[2]
    kept = "".join(one for one in last if one.isprintable())
    return kept.encode("utf-8", "ignore").decode()[:200] or _UNNAMED
