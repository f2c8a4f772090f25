"""The API's listening socket, bound before anything is started and held while the API restarts."""

import errno
import socket

from deploy.errors import DeployError

FIRST_PORT, LAST_PORT = 8080, 8179
BACKLOG = 1024


def listen(host: str, port: int | None) -> socket.socket:
    """Listen on `port`, or without one on the first free port from 8080; port 0 takes any.

    Raises DeployError `port_taken`, or `address_unusable` for one that this process may not have.
    """
    if port is not None:
        return _bound(host, port)
    for candidate in range(FIRST_PORT, LAST_PORT + 1):
        try:
            return _bound(host, candidate)
        except DeployError as error:
            if error.code != "port_taken":
                raise
    raise DeployError("port_taken", f"All ports from {FIRST_PORT} to {LAST_PORT} are taken. Choose one with --port.")


def _bound(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listener = socket.create_server((host, port), family=family, backlog=BACKLOG)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise DeployError(
                "port_taken",
                f"Another program listens on port {port} of {host}. Choose another with --port, or leave it out.",
            ) from error
        raise DeployError(
            "address_unusable", f"This process cannot listen on {host}, port {port}: {error.strerror}."
        ) from error
    # Inherited by each connection: a server sends head and body apart, and the second would wait for 40 ms.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener


def address(listener: socket.socket) -> str:
    """Return the address that a browser on this machine opens."""
    host, port = listener.getsockname()[:2]
    # Listening on every address is a choice of the operator's; a browser needs one of them.
    shown = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(  # noqa: S104  # recognised here, not bound
        host, f"[{host}]" if ":" in host else host
    )
    return f"http://{shown}:{port}/"
