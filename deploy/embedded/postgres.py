"""The embedded PostgreSQL: loopback TCP, password authentication, files in the data folder."""

import signal
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.engine import URL

from deploy.embedded import processes
from deploy.embedded.binaries import SHELTER
from deploy.embedded.cluster import SUPERUSER, Cluster, open_cluster
from deploy.embedded.programs import Process, Program, start, stop
from deploy.errors import DeployError
from deploy.lock import FolderLock

ATTEMPTS = 5
READY_SECONDS = 120.0  # a recovery after a crash reads the whole write-ahead log
FAST_THEN_IMMEDIATE = ((signal.SIGINT, 30.0), (signal.SIGQUIT, 5.0))
# Two starts can meet on one free port; a killed server's last processes can hold its memory for a moment.
PASSING = ("could not bind", "could not create any TCP/IP sockets", "pre-existing shared memory block")
FIXED = {
    "listen_addresses": "127.0.0.1",
    # A socket's path may have 107 bytes, a data folder's more.
    "unix_socket_directories": "",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "jit": "off",  # statements here are short: compiling them costs more than it saves
    "max_connections": "200",
}
FORGETFUL = {"fsync": "off", "full_page_writes": "off"}


@dataclass(frozen=True)
class RunningPostgres:
    """A server that this process started, and must stop."""

    program: Program
    process: Process
    cluster: Path
    port: int
    password: str

    def url(self, database: str = "postgres") -> URL:
        """Return the superuser's address of a database."""
        return URL.create("postgresql+psycopg", SUPERUSER, self.password, "127.0.0.1", self.port, database)

    def stop(self) -> None:
        """End it in good order: sessions are cut, the write-ahead log is complete."""
        stop(self.process, self.program.stop_steps)


def start_postgres(lock: FolderLock, *, durable: bool = True, shelter: Path = SHELTER) -> RunningPostgres:
    """Start the server on the locked folder; a server that a killed instance left there is stopped first.

    `durable=False` (tests) trades safety at a power cut for speed. Raises DeployError `postgres_start_failed`
    and what finding the programs and the system user raises.
    """
    log = lock.folder.logs / "postgres.log"
    cluster = open_cluster(lock.folder, shelter, _stop_leftover, durable=durable)
    options = FIXED if durable else FIXED | FORGETFUL
    said = ""
    for attempt in range(1, ATTEMPTS + 1):
        offset, port = processes.log_size(log), processes.free_port()
        program = _program(cluster, log, options | {"port": str(port)})
        if process := _started(program, cluster.path):
            return RunningPostgres(program, process, cluster.path, port, cluster.password)
        said = processes.log_since(log, offset)
        if not any(reason in said for reason in PASSING):
            break
        # The reason passes when somebody else's last process ends: there is no event to wait for.
        processes.until(lambda: False, 0.2 * attempt)
    raise DeployError("postgres_start_failed", f"The embedded PostgreSQL did not start; {log} says: {said}")


def _program(cluster: Cluster, log: Path, options: dict[str, str]) -> Program:
    settings = [word for name, value in options.items() for word in ("-c", f"{name}={value}")]
    return Program(
        name="postgres",
        argv=[str(cluster.programs / "postgres"), "-D", str(cluster.path), *settings],
        log=log,
        cwd=Path("/"),  # our own may be closed to the system user
        stop_steps=FAST_THEN_IMMEDIATE,
        # Asks PostgreSQL for a fast, orderly shutdown: also when we are killed.
        death_signal=signal.SIGINT,
        account=cluster.account,
        env=cluster.env,
    )


def _started(program: Program, cluster: Path) -> Process | None:
    process = start(program)
    try:
        processes.until(lambda: process.poll() is not None or _ready(cluster, process.pid), READY_SECONDS)
    except BaseException:
        stop(process, program.stop_steps)
        raise
    if process.poll() is None and _ready(cluster, process.pid):
        return process
    stop(process, program.stop_steps)
    return None


def _pid_file(cluster: Path) -> list[str]:
    """Return postmaster.pid: number, folder, start, port, socket folder, host, shared memory, status."""
    try:
        return (cluster / "postmaster.pid").read_text(encoding="utf-8", errors="replace").splitlines()
    except FileNotFoundError:
        return []


def _ready(cluster: Path, pid: int) -> bool:
    match _pid_file(cluster):
        case [number, _, _, _, _, _, _, status, *_]:
            return number.strip() == str(pid) and status.strip() == "ready"
        case _:
            return False


def _stop_leftover(cluster: Path) -> None:
    """Stop the server of an instance that was killed; clear the way if it is only its file that is left.

    The folder's lock is ours, so nobody can be using that server.
    """
    lines = _pid_file(cluster)
    if not lines:
        return
    number = lines[0].strip()
    identity = processes.identify(int(number)) if number.isdigit() else None
    if identity is not None and processes.works_in(identity.pid, cluster):
        processes.stop_stranger(identity, FAST_THEN_IMMEDIATE)
    # The number may by now belong to some other program (in a container it nearly always does): PostgreSQL
    # would take that for a running server and refuse for ever.
    (cluster / "postmaster.pid").unlink(missing_ok=True)
