"""The signer's desk over HTTP, for whoever has its secret: JSON in, JSON out, one request per connection."""

from __future__ import annotations

import hmac
import logging
import socket
import sys
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import msgspec

from events.checkpointing import SignerState
from events.errors import SignerRefused
from workers.signing import About, Change, Head, Keeper, KeysAnswer, NoteAnswer, Refusal, Reminder, StateAnswer

LARGEST_QUESTION = 65_536
SECONDS = 10.0
STATUS = {
    "bad_request": 400,
    "unauthorised": 401,
    "unknown_path": 404,
    "stale": 409,
    "went_back": 409,
    "inconsistent": 422,
    "bad_note": 422,
    "memory_lost": 503,
    "memory_unusable": 503,
}
Answer = tuple[int, Any]
_log = logging.getLogger(__name__)


class SignerServer(ThreadingHTTPServer):
    """Serves a desk on a socket that listens already."""

    daemon_threads = False  # a stop waits for what is being signed; an idle connection ends after its seconds

    def __init__(self, listener: socket.socket, desk: Keeper, secret: str) -> None:
        super().__init__(listener.getsockname()[:2], _Handler, bind_and_activate=False)
        self.socket.close()
        self.socket = listener
        self.desk, self.secret = desk, secret

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Log what went wrong with a connection; whoever has gone away is no fault of ours."""
        if isinstance(sys.exception(), OSError):
            _log.debug("A client went away.")
        else:
            _log.exception("A question was not answered.")


def answer(desk: Keeper, path: str, body: bytes) -> Answer:
    """Return the status and what is told; the body is JSON as the forms of `workers.signing` say."""
    ask = _QUESTIONS.get(path)
    if ask is None:
        return _nothing_here()
    try:
        return 200, ask(desk, body)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        return _refusal(SignerRefused(f"This is no question for a signer: {error}", "bad_request"))
    except SignerRefused as error:
        _log.warning("%s refused, %s: %s", path, error.code, error.message)
        return _refusal(error)


def _state(desk: Keeper, body: bytes) -> StateAnswer:
    return _told(desk.state(msgspec.json.decode(body, type=About).origin))


def _remember(desk: Keeper, body: bytes) -> StateAnswer:
    told = msgspec.json.decode(body, type=Reminder)
    return _told(desk.remember(told.origin, None if told.note is None else told.note.encode()))


def _told(found: SignerState) -> StateAnswer:
    return StateAnswer(found.vkey, found.size, found.root)


def _sign(desk: Keeper, body: bytes) -> NoteAnswer:
    head = msgspec.json.decode(body, type=Head)
    return NoteAnswer(desk.sign(head.origin, head.old, head.proof, head.size, head.root).decode())


def _keys(desk: Keeper, body: bytes) -> KeysAnswer:
    origin = msgspec.json.decode(body, type=About).origin
    return KeysAnswer(desk.keys(origin), desk.retired(origin))


def _rotate(desk: Keeper, body: bytes) -> Any:
    change = msgspec.json.decode(body, type=Change)
    return desk.rotate(change.origin, change.days)


_QUESTIONS: dict[str, Callable[[Keeper, bytes], Any]] = {
    "/state": _state,
    "/sign": _sign,
    "/keys": _keys,
    "/rotate": _rotate,
    "/remember": _remember,
}


def _nothing_here() -> Answer:
    told = " and ".join(f"POST {path}" for path in _QUESTIONS)
    return _refusal(SignerRefused(f"There is GET /health and {told} here.", "unknown_path"))


def _refusal(error: SignerRefused) -> Answer:
    size = error.facts.get("size")
    return STATUS[error.code], Refusal(error.code, error.message, size if isinstance(size, int) else None)


class _Handler(BaseHTTPRequestHandler):
    server: SignerServer
    timeout = SECONDS

    def do_GET(self) -> None:
        if self._admitted():
            self._tell(*((200, {}) if self.path == "/health" else _nothing_here()))

    def do_POST(self) -> None:
        if not self._admitted():
            return
        length = self.headers.get("Content-Length", "")
        if not (length.isascii() and length.isdigit() and int(length[:9]) <= LARGEST_QUESTION):
            message = f"A question says its length, up to {LARGEST_QUESTION} bytes."
            self._tell(*_refusal(SignerRefused(message, "bad_request")))
            return
        self._tell(*answer(self.server.desk, self.path, self.rfile.read(int(length))))

    def _admitted(self) -> bool:
        given = self.headers.get("Authorization", "").encode("utf-8", "replace")
        if hmac.compare_digest(given, f"Bearer {self.server.secret}".encode()):
            return True
        self._tell(*_refusal(SignerRefused("The signer answers those who have its secret.", "unauthorised")))
        return False

    def _tell(self, status: int, told: Any) -> None:
        body = msgspec.json.encode(told)
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # the library's name for it
        _log.debug(format, *args)
