"""One POST to a server that may be slow, broken or hostile: it ends in time, and takes so many bytes at most."""

from __future__ import annotations

import http.client
import socket
import threading
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import urlsplit

from workers.anchors.errors import AnchorUnavailable

SECONDS = 10.0
MOST_BYTES = 256 * 1024
"""An honest answer has a few kilobytes, the certificates of a time stamp included."""
_BUSY = (408, 425, 429)


@dataclass(frozen=True)
class Answer:
    """What came back; kind is the media type without its parameters."""

    status: int
    kind: str
    body: bytes


def post(url: str, body: bytes, kind: str, seconds: float = SECONDS) -> Answer:
    """Send `body` and read the answer; redirections are not followed.

    Raises AnchorUnavailable where no whole answer comes within so many seconds, or the server says that it is busy.
    """
    parts = urlsplit(url)
    maker = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = maker(parts.hostname or "", parts.port, timeout=seconds)
    where = f"{connection.host}:{connection.port}"
    failed = "cannot be reached"
    try:
        connection.connect()
        failed = "gave no whole answer"
        answer = _exchanged(connection, parts.path or "/", body, kind, seconds)
    except TimeoutError as error:
        raise AnchorUnavailable(f"{where} gave no answer within {seconds:g} s.") from error
    except (OSError, http.client.HTTPException) as error:
        raise AnchorUnavailable(f"{where} {failed}: {_reason(error)}.") from error
    finally:
        connection.close()
    if answer.status in _BUSY or answer.status >= 500:
        raise AnchorUnavailable(f"{where} does not do it now (status {answer.status}).")
    return answer


def _exchanged(connection: http.client.HTTPConnection, path: str, body: bytes, kind: str, seconds: float) -> Answer:
    # The connection's own timeout is for each read: a byte now and then would keep us for hours.
    over = threading.Event()
    end = threading.Timer(seconds, _hang_up, (connection.sock, over))
    end.daemon = True
    end.start()
    try:
        connection.request("POST", path, body, {"Content-Type": kind, "Connection": "close"})
        with connection.getresponse() as response:
            content, left = response.read(MOST_BYTES + 1), response.length
    except (OSError, http.client.HTTPException) as error:
        if over.is_set():
            raise TimeoutError from error
        raise
    finally:
        end.cancel()
    # The library takes a connection that was cut for the end of the headers, or of the body.
    if over.is_set():
        raise TimeoutError
    if len(content) > MOST_BYTES:
        raise http.client.HTTPException(f"the answer has more than {MOST_BYTES} bytes")
    if left:
        raise http.client.IncompleteRead(content, left)
    return Answer(response.status, response.headers.get_content_type(), content)


def _hang_up(sock: socket.socket, over: threading.Event) -> None:
    over.set()
    with suppress(OSError):  # it has ended by itself
        sock.shutdown(socket.SHUT_RDWR)


def _reason(error: Exception) -> str:
    said = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return " ".join(f"{said[:1].lower()}{said[1:]}".split())
