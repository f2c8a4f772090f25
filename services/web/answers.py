"""What goes out: an entity with its version, a page with the way to the next, the outcome of a write."""

from __future__ import annotations

from typing import Any, assert_never
from urllib.parse import urlencode

import msgspec
from flask import Response, request

from services.pipeline import Answer
from services.web.headers import etag, is_known
from services.web.pages import Page
from services.web.problems import ACCEPTED, CREATED, NOT_MODIFIED, OK

PREFIX = "/api/v1"
_encoder = msgspec.json.Encoder()


class One(msgspec.Struct, frozen=True, kw_only=True):
    """An entity as it goes out; version is its stream's, None for what has none; made_at: where it is, if it is new.

    waits: it was asked for and is not made yet.
    """

    body: msgspec.Struct
    version: int | None = None
    made_at: str | None = None
    waits: bool = False


class Written(msgspec.Struct, frozen=True, kw_only=True):
    """What a write did: the answer, the id of what it is about, and where that can be read."""

    answer: Answer
    id: str
    path: str


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """The outcome of a write.

    id is of what was written about, stream its stream and stream_version the version after it; the positions are
    null when there was nothing new to write.
    """

    id: str
    stream: str
    stream_version: int
    first_position: int | None
    last_position: int | None
    events: int
    links: dict[str, str]


class Items(msgspec.Struct, frozen=True, kw_only=True):
    """A page; next is the address of the one behind it, null on the last."""

    items: tuple[Any, ...]
    next: str | None


class File(msgspec.Struct, frozen=True, kw_only=True):
    """A file: its bytes, the sort of its content, its name; to_keep: for a folder and not for the eye.

    cache: who may keep it, and for how long (Cache-Control).
    """

    content: bytes
    media_type: str
    name: str
    to_keep: bool = False
    cache: str = "private, no-cache"


Result = One | Page | Written | File


def respond(result: Result) -> Response:
    """The response to a route's result."""
    match result:
        case One():
            return _one(result)
        case Page():
            return _page(result)
        case Written():
            return _written(result)
        case File():
            return _file(result)
        case _:
            assert_never(result)


def _json(body: msgspec.Struct, status: int = OK) -> Response:
    response = Response(_encoder.encode(body), status, content_type="application/json")
    response.headers["Cache-Control"] = "private, no-cache"
    return response


def _one(result: One) -> Response:
    if result.version is not None and is_known(result.version):
        response = Response(status=NOT_MODIFIED)
    else:
        response = _located(_json(result.body, ACCEPTED if result.waits else OK), result.made_at)
    if result.version is not None:
        response.headers["ETag"] = etag(result.version)
    return response


def _file(file: File) -> Response:
    text = file.media_type != "application/octet-stream"
    response = Response(file.content, content_type=f"{file.media_type}; charset=utf-8" if text else file.media_type)
    shown = "attachment" if file.to_keep else "inline"
    response.headers["Content-Disposition"] = f'{shown}; filename="{file.name}"'
    response.headers["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'"
    response.headers["Cache-Control"] = file.cache
    return response


def _page(page: Page) -> Response:
    next_ = None
    if page.after is not None:
        next_ = f"{request.path}?{urlencode(request.args.to_dict() | {page.parameter: page.after})}"
    response = _json(Items(items=tuple(page.items), next=next_))
    if next_ is not None:
        response.headers["Link"] = f'<{next_}>; rel="next"'
    return response


def _written(written: Written) -> Response:
    answer = written.answer
    new = answer.events > 0
    links = {"self": f"{PREFIX}{written.path}"}
    if new:
        links["events"] = f"{PREFIX}/events?after={answer.first_position - 1}&limit={min(answer.events, 200)}"
        links["receipt"] = f"{PREFIX}/events/{answer.last_position}/proof"
    body = Outcome(
        id=written.id,
        stream=answer.stream,
        stream_version=answer.stream_version,
        first_position=answer.first_position if new else None,
        last_position=answer.last_position if new else None,
        events=answer.events,
        links=links,
    )
    response = _json(body)
    response.headers["ETag"] = etag(answer.stream_version)
    if answer.repeated:
        response.headers["Idempotency-Replayed"] = "true"
    return response


def created(response: Response, written: Written) -> Response:
    """The same answer as one that made something new, when it did."""
    return _located(response, written.path if written.answer.events else None)


def _located(response: Response, path: str | None) -> Response:
    if path is not None:
        response.status_code = CREATED
        response.headers["Location"] = f"{PREFIX}{path}"
    return response
