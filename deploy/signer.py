"""The signer's process: `python -m deploy.signer` signs checkpoints at the address that SIGNER_URL says.

It needs no database and no Redis, and is best run as a user of its own, on whose folder nobody else may look.
"""

import argparse
import logging
import os
import signal
import socket
import sys
import threading
from collections.abc import Sequence
from types import FrameType
from urllib.parse import unquote, urlsplit

from deploy.errors import DeployError
from deploy.listening import listen
from deploy.settings import Settings
from deploy.signing.desk import Desk
from deploy.signing.folder import open_signer_folder
from deploy.signing.server import SignerServer


def main(argv: Sequence[str] | None = None) -> int:
    """Sign until SIGINT or SIGTERM."""
    parser = argparse.ArgumentParser(prog="python -m deploy.signer", description=__doc__)
    parser.add_argument("--fd", type=int, help="a socket that listens already, handed over by its number")
    args = parser.parse_args(argv)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(levelname)s %(message)s")
    try:
        serve(Settings.from_environment(os.environ), args.fd)
    except DeployError as error:
        print(f"error [{error.code}]: {error.message}", file=sys.stderr)  # noqa: T201  # its log is what it prints
        return 1
    return 0


def serve(settings: Settings, descriptor: int | None) -> None:
    """Serve until told to stop. Raises DeployError `bad_setting` where SIGNER_URL is missing."""
    if settings.signer_url is None:
        raise DeployError(
            "bad_setting", "Set SIGNER_URL (http://:secret@127.0.0.1:8090): where to listen, and for whom."
        )
    stop = _stop_asked()
    parts = urlsplit(settings.signer_url)
    with open_signer_folder(settings.signer_folder) as folder, _listener(parts.hostname, parts.port, descriptor) as at:
        server = SignerServer(at, Desk(folder), unquote(parts.password or ""))
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        stop.wait()
        server.shutdown()
        server.server_close()


def _listener(host: str | None, port: int | None, descriptor: int | None) -> socket.socket:
    if descriptor is not None:
        return socket.socket(fileno=descriptor)
    if port is None:
        raise DeployError("bad_setting", "SIGNER_URL must say the port that the signer listens on.")
    return listen(host or "127.0.0.1", port)


def _stop_asked() -> threading.Event:
    stop = threading.Event()

    def ask(number: int, frame: FrameType | None) -> None:
        stop.set()

    for sign in (signal.SIGINT, signal.SIGTERM):
        signal.signal(sign, ask)
    return stop


if __name__ == "__main__":
    sys.exit(main())
