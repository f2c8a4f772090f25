"""A wire to the database that tests can cut, hold, or lead to another server."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread

from sqlalchemy.engine import URL, make_url

CHUNK = 65_536


class Wire:
    """Forwards connections on a loopback port of its own to a server's port."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.losing = 0
        self.lost = 0
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._open: set[socket.socket] = set()
        self._threads: list[Thread] = []
        self._run(self._accept)

    def url(self, url: str) -> str:
        """The same address of a database, by this wire."""
        here: URL = make_url(url).set(host="127.0.0.1", port=self._listener.getsockname()[1])
        return here.render_as_string(hide_password=False)

    def lose_answers(self, number: int = 1) -> None:
        """From now on so many answers of the server are lost, each with its connection."""
        self.losing, self.lost = number, 0

    def cut(self) -> None:
        """Cut every connection."""
        for one in list(self._open):
            self._close(one)

    def close(self) -> None:
        """Cut all, take no more, and wait for the end of the forwarding."""
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self.cut()
        for thread in self._threads:
            thread.join(10)

    def _run(self, *work: object) -> None:
        target, *arguments = work
        thread = Thread(target=target, args=arguments, daemon=True)  # type: ignore[arg-type]  # a method of this class
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            try:
                server = socket.create_connection(("127.0.0.1", self.port), 5)
            except OSError:
                client.close()
                continue
            server.settimeout(None)
            self._open |= {client, server}
            self._run(self._forward, client, server, False)
            self._run(self._forward, server, client, True)

    def _forward(self, source: socket.socket, target: socket.socket, answers: bool) -> None:  # noqa: FBT001  # a thread's argument
        with contextlib.suppress(OSError):
            while data := source.recv(CHUNK):
                if answers and self.losing:
                    self.losing -= 1
                    self.lost += 1
                    break
                target.sendall(data)
        self._close(source)
        self._close(target)

    def _close(self, one: socket.socket) -> None:
        self._open.discard(one)
        with contextlib.suppress(OSError):
            one.shutdown(socket.SHUT_RDWR)
        one.close()


@contextmanager
def wired(port: int) -> Iterator[Wire]:
    """A wire to this port."""
    wire = Wire(port)
    try:
        yield wire
    finally:
        wire.close()
