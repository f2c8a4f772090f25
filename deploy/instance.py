"""The programs of an instance on one machine, and when they are ready."""

import os
import socket
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from deploy.addresses import full
from deploy.backing import Backing
from deploy.embedded.programs import Program
from deploy.errors import DeployError
from deploy.folder import DataFolder
from deploy.listening import address, listen
from deploy.settings import Settings
from deploy.supervisor import Supervisor

READY_SECONDS = 60.0
NOT_FOR_THE_SIGNER = frozenset({"DATABASE_URL", "REDIS_URL", "SMTP_URL"})
PROJECT = Path(__file__).resolve().parent.parent


def programs(settings: Settings, backing: Backing, listener: socket.socket) -> list[Program]:
    """Return the schedule, the workers and the API, in the order to start them."""
    descriptor = listener.fileno()
    python = (sys.executable, "-m")
    workers = [
        _program(f"worker-{number}", (*python, "deploy.worker", "views"), settings, backing)
        for number in range(1, settings.workers + 1)
    ]
    return [
        *workers,
        _program("effects", (*python, "deploy.worker", "effects"), settings, backing),
        _program("scheduler", (*python, "deploy.scheduler"), settings, backing),
        _program("api", (*python, *_gunicorn(settings, descriptor)), settings, backing, (descriptor,)),
    ]


@contextmanager
def signer_listener(settings: Settings) -> Iterator[socket.socket | None]:
    """Listen for the signer of this instance, on a free port that stays the same when the signer restarts.

    None where the settings name a signer.
    """
    if settings.signer_url is not None:
        yield None
    else:
        with listen("127.0.0.1", 0) as listener:
            yield listener


def signer_url(listener: socket.socket, folder: DataFolder) -> str:
    """Return the address of the signer of this instance, secret included."""
    return f"http://:{folder.secret('signer')}@127.0.0.1:{listener.getsockname()[1]}"


def signer(settings: Settings, backing: Backing, listener: socket.socket) -> Program:
    """Return the signer, which serves on a socket that listens already and hears nothing of database and Redis."""
    descriptor = listener.fileno()
    argv = (sys.executable, "-m", "deploy.signer", "--fd", str(descriptor))
    program = _program("signer", argv, settings, backing, (descriptor,))
    told = {name: value for name, value in (program.env or {}).items() if name not in NOT_FOR_THE_SIGNER}
    return replace(program, env=told)


def _gunicorn(settings: Settings, descriptor: int) -> tuple[str, ...]:
    return (
        "gunicorn",
        *("--bind", f"fd://{descriptor}"),
        *("--worker-class", "gthread"),
        *("--workers", str(settings.api_processes)),
        *("--threads", str(settings.api_threads)),
        *("--graceful-timeout", "10"),
        "--no-control-socket",
        "deploy.wsgi:build_app()",
    )


def _program(
    name: str, argv: tuple[str, ...], settings: Settings, backing: Backing, descriptors: tuple[int, ...] = ()
) -> Program:
    return Program(
        name=name,
        argv=argv,
        log=backing.folder.logs / f"{name}.log",
        cwd=backing.folder.root,
        env=environment(settings, backing),
        descriptors=descriptors,
    )


def environment(settings: Settings, backing: Backing) -> dict[str, str]:
    """Return the environment for a program of the instance: the service's role, no privileged address."""
    private = {"DATABASE_OWNER_URL"}
    inherited = {name: value for name, value in os.environ.items() if name not in private}
    path = [str(PROJECT), *filter(None, [os.environ.get("PYTHONPATH")])]
    signing = {"SIGNER_URL": backing.signer_url} if backing.signer_url else {}
    if settings.tsa_roots is not None:  # the programs run in another folder
        signing["TSA_ROOTS"] = str(settings.tsa_roots.expanduser().absolute())
    return (
        inherited
        | signing
        | {
            "DATABASE_URL": full(backing.service),
            "REDIS_URL": backing.redis_url,
            "MENTORLEDGER_DATA": str(backing.folder.root),
            "MENTORLEDGER_SIGNER_DATA": str(settings.signer_folder.expanduser().absolute()),
            "PYTHONPATH": os.pathsep.join(path),
            "PYTHONUNBUFFERED": "1",
        }
    )


def await_ready(supervisor: Supervisor, listener: socket.socket, logs: Path) -> bool:
    """Wait until the API answers that it is ready; False when somebody asked to stop meanwhile.

    Raises DeployError `not_ready` when it takes too long.
    """
    deadline = supervisor.clock() + READY_SECONDS
    while not supervisor.stopping:
        if _ready(address(listener)):
            return True
        if supervisor.clock() > deadline:
            raise DeployError("not_ready", f"The API did not become ready in {READY_SECONDS:g} s. See {logs}.")
        supervisor.wait(0.1)
    return False


def _ready(base: str) -> bool:
    try:
        with urllib.request.urlopen(f"{base}readyz", timeout=2.0) as answer:  # noqa: S310  # our own http address
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False
