"""Run everything on this machine: the servers it lacks, API, workers, schedule. Ctrl-C stops it."""

import argparse
import os
import signal
import socket
import sys
from dataclasses import replace

from deploy import record
from deploy.addresses import full
from deploy.anchoring import targets_of
from deploy.backing import Backing, started_backing
from deploy.checks import require_sound
from deploy.composition import composed
from deploy.embedded.processes import Identity
from deploy.embedded.programs import Program
from deploy.folder import open_folder
from deploy.instance import await_ready, programs, signer, signer_listener, signer_url
from deploy.listening import address, listen
from deploy.lock import FolderLock, acquire
from deploy.options import port
from deploy.sample import ensure_sample
from deploy.settings import Settings
from deploy.signing.standing import logs
from deploy.supervisor import Supervisor
from events.organisations import organisations
from events.treestore import TreeStore

LEFTOVER_STEPS = ((signal.SIGTERM, 5.0),)


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument("--sample", action="store_true", help="make the simulated sample organisation first")
    parser.add_argument("--port", type=port, help="port to listen on (default: the first free one from 8080)")
    parser.add_argument("--host", help="address to listen on (default: 127.0.0.1, this machine alone)")


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Run until SIGINT or SIGTERM; then stop all of it, the API first and the database last."""
    settings = _with_options(args, settings)
    targets_of(settings)  # what cannot be used is said here, and not by a worker in its log
    with acquire(open_folder(settings.data)) as lock:
        if left := record.stop_leftovers(lock.folder, LEFTOVER_STEPS):
            _say(f"Stopped {left} process(es) that a former instance had left.")
        with (
            listen(settings.host, settings.port) as listener,
            signer_listener(settings) as door,
            started_backing(settings, lock) as servers,
        ):
            require_sound(servers)
            backing = servers if door is None else replace(servers, signer_url=signer_url(door, lock.folder))
            first = [] if door is None else [signer(settings, backing, door)]
            started = [*first, *programs(settings, backing, listener)]
            _serve(backing, lock, listener, started, sample=args.sample)
    return 0


def _with_options(args: argparse.Namespace, settings: Settings) -> Settings:
    host = settings.host if args.host is None else args.host
    return replace(settings, host=host, port=settings.port if args.port is None else args.port)


def _serve(
    backing: Backing, lock: FolderLock, listener: socket.socket, started: list[Program], *, sample: bool
) -> None:
    instance = record.RunRecord(
        pid=os.getpid(),
        service_url=backing.service_url,
        owner_url=full(backing.owner) if backing.owner else None,
        redis_url=backing.redis_url,
        address=address(listener),
        signer_url=backing.signer_url,
    )

    def remember(identities: tuple[Identity, ...]) -> None:
        record.write(lock.folder, record.started(instance, identities))

    supervisor = Supervisor(_say, remember)
    supervisor.listen()
    try:
        for server in (backing.postgres, backing.redis):
            if server is not None:
                supervisor.adopt(server.program, server.process)
        supervisor.start(started)
        _tell_halted(backing)
        token = None
        if sample:
            token = _sample(backing)
        else:
            _find_organisation(backing)
        if await_ready(supervisor, listener, lock.folder.logs):
            print(f"Ready: {address(listener)}", flush=True)
            if token is not None:
                print(f"Token: {token}", flush=True)
            supervisor.run()
            _say("Stopping.")
    finally:
        supervisor.stop()
        record.forget(lock.folder)


def _sample(backing: Backing) -> str:
    with composed(backing.service_url) as core:
        return ensure_sample(core, backing.folder)


def _find_organisation(backing: Backing) -> None:
    """Say how to begin, where nobody has begun yet; whoever has begun has their tokens."""
    with composed(backing.service_url) as core:
        known = organisations(core.engine)
    if not known:
        _say("There is no organisation yet. In a second terminal: mentorledger org create NAME")


def _tell_halted(backing: Backing) -> None:
    with composed(backing.service_url) as core:
        tree = TreeStore(core.engine)
        for log in logs(core.engine):
            if tree.halted(log):
                _say(f"The log {log} is halted: it takes no events. `mentorledger doctor` says why and what to do.")


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
