"""The witness over HTTP: POST add-checkpoint, and GET <SHA-256 of the origin>/checkpoint for whoever monitors it.

Anybody may call it, so a caller gets little of it: so many connections, so many bytes, so many seconds.
"""

import logging
import re
import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from deploy.witness.errors import NotWitnessed
from deploy.witness.witness import Witness

STATUS = {
    "bad_request": 400,
    "not_signed": 403,
    "unknown_log": 404,
    "stale": 409,
    # A first form of the specification had 409 for another root of the same size, which looks like a stale size.
    "inconsistent": 422,
    "clock_behind": 503,
    "memory_unwritable": 503,
}
PLAIN = "text/plain; charset=utf-8"
SIZE = "text/x.tlog.size"
MOST_BYTES = 256 * 1024
MOST_CONNECTIONS = 64
PAUSE_SECONDS = 10.0
"""Of silence, after which a connection is closed."""
LIFE_SECONDS = 60.0
"""Of a connection: a caller that sends a byte now and then is never silent."""
_MONITORED = re.compile(r"/([0-9a-f]{64})/checkpoint")
_log = logging.getLogger(__name__)


class Server(ThreadingHTTPServer):
    """Serves a witness on a socket that listens already."""

    daemon_threads = True

    def __init__(self, witness: Witness, listener: socket.socket, life: float = LIFE_SECONDS) -> None:
        super().__init__(listener.getsockname()[:2], _Handler, bind_and_activate=False)
        self.socket.close()
        self.socket = listener
        self.witness = witness
        self.life = life
        self._free = threading.BoundedSemaphore(MOST_CONNECTIONS)

    def process_request(self, request: Any, client_address: Any) -> None:
        """Take a connection, unless too many are open."""
        if self._free.acquire(blocking=False):
            super().process_request(request, client_address)
        else:
            self.shutdown_request(request)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """Serve a connection, in its own thread."""
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._free.release()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Log a fault: the next connection is served all the same."""
        _log.info("A connection ended early.", exc_info=True)


class _Handler(BaseHTTPRequestHandler):
    server: Server
    protocol_version = "HTTP/1.1"
    server_version = "mentorledger-witness"
    sys_version = ""
    timeout = PAUSE_SECONDS

    def setup(self) -> None:
        super().setup()
        self._end = threading.Timer(self.server.life, _hang_up, (self.connection,))
        self._end.daemon = True
        self._end.start()

    def finish(self) -> None:
        self._end.cancel()
        super().finish()

    def do_POST(self) -> None:
        length = self.headers.get("Content-Length", "")
        if not (length.isascii() and length.isdigit() and len(length) < 10):
            self._refuse(411, "Say how long the body is (Content-Length).")
        elif int(length) > MOST_BYTES:
            self._refuse(413, f"A body has at most {MOST_BYTES} bytes.")
        elif self.path != "/add-checkpoint":
            self._refuse(404, "There is nothing at this address but add-checkpoint.")
        else:
            self._add(self.rfile.read(int(length)))

    def do_GET(self) -> None:
        asked = _MONITORED.fullmatch(self.path)
        note = self.server.witness.latest(asked[1]) if asked else None
        if note is None:
            self._answer(404, "This witness has cosigned no such log.\n")
        else:
            self._answer(200, note)

    def _add(self, body: bytes) -> None:
        try:
            self._answer(200, self.server.witness.add_checkpoint(body))
        except NotWitnessed as refusal:
            _log.info("refused [%s]: %s", refusal.code, refusal.message)
            if refusal.size is not None:
                self._answer(STATUS[refusal.code], f"{refusal.size}\n", SIZE)
            else:
                self._answer(STATUS[refusal.code], f"{refusal.message}\n")

    def _refuse(self, status: int, sentence: str) -> None:
        """Answer without having read the body: so the connection cannot go on."""
        self.close_connection = True
        self._answer(status, f"{sentence}\n")

    def _answer(self, status: int, text: str, kind: str = PLAIN) -> None:
        body = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # the library's name
        """Say nothing: who calls is nobody's business, and refusals are logged where they are made."""


def _hang_up(connection: socket.socket) -> None:
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        _log.debug("A connection had ended by itself.")
