"""Witness the logs of other installations: cosign each checkpoint that continues what was seen (C2SP tlog-witness).

The key and what was seen are kept in the folder `witness` of the data folder. Whoever trusts this witness needs the
key that it prints at the start.
"""

import argparse
import logging
import signal
import sys
import threading
import time
from types import FrameType

from deploy.errors import DeployError
from deploy.listening import address, listen
from deploy.options import port
from deploy.settings import Settings
from deploy.witness.memory import opened_memory
from deploy.witness.server import Server
from deploy.witness.witness import Witness
from events.proof.errors import ProofError
from events.proof.notes import ED25519, Verifier


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument(
        "--log", action="append", required=True, metavar="VKEY", help="the key of a log to witness; may be given again"
    )
    parser.add_argument("--name", help="what a new witness is called (default: a name with a random id)")
    parser.add_argument("--port", type=port, help="port to listen on (default: the first free one from 8080)")
    parser.add_argument("--host", help="address to listen on (default: 127.0.0.1, this machine alone)")


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Serve until SIGINT or SIGTERM."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s", stream=sys.stderr)
    logs = keys_by_origin(args.log)
    host, number = args.host or settings.host, settings.port if args.port is None else args.port
    with (
        opened_memory(settings.data.expanduser().absolute() / "witness", args.name) as memory,
        listen(host, number) as listener,
    ):
        print(f"Key: {memory.cosigner.vkey}\nReady: {address(listener)}add-checkpoint", flush=True)
        _serve(Server(Witness(memory, logs, time.time), listener))
    return 0


def keys_by_origin(vkeys: list[str]) -> dict[str, list[Verifier]]:
    """Return the logs to witness: several keys of one name are one log whose key is being changed.

    Raises DeployError `bad_vkey`.
    """
    logs: dict[str, list[Verifier]] = {}
    for vkey in vkeys:
        try:
            verifier = Verifier.of(vkey.strip())
        except ProofError as error:
            raise DeployError("bad_vkey", f"--log takes the key of a log: {error}") from error
        if verifier.kind != ED25519:
            raise DeployError("bad_vkey", f"--log {vkey!r} is the key of a witness, not of a log.")
        logs.setdefault(verifier.name, []).append(verifier)
    return logs


def _serve(server: Server) -> None:
    def stop(number: int, frame: FrameType | None) -> None:
        # From another thread: `shutdown` waits for the loop that this handler interrupts.
        threading.Thread(target=server.shutdown).start()

    for sign in (signal.SIGINT, signal.SIGTERM):
        signal.signal(sign, stop)
    server.serve_forever(poll_interval=0.2)
