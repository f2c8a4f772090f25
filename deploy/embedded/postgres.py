"""The embedded PostgreSQL: loopback TCP, password authentication, files in the data folder."""

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

import psutil  # type: ignore[import-untyped]  # it ships no types
from sqlalchemy.engine import URL

from deploy.embedded import processes
from deploy.embedded.account import Account, owner_of, unprivileged
from deploy.embedded.binaries import SHELTER, open_shelter, postgres_programs
from deploy.errors import DeployError
from deploy.folder import DataFolder
from deploy.lock import FolderLock

SUPERUSER = "postgres"
PASSWORD = "postgres-superuser"
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

    process: "subprocess.Popen[bytes]"
    cluster: Path
    port: int
    password: str

    def url(self, database: str = "postgres") -> URL:
        """Return the superuser's address of a database."""
        return URL.create("postgresql+psycopg", SUPERUSER, self.password, "127.0.0.1", self.port, database)

    def stop(self) -> None:
        """End it in good order: sessions are cut, the write-ahead log is complete."""
        processes.stop(self.process, *FAST_THEN_IMMEDIATE)


@dataclass(frozen=True)
class _Server:
    """What is the same in every step below."""

    account: Account | None
    programs: Path
    cluster: Path
    log: Path

    @property
    def env(self) -> dict[str, str]:
        # PGDATA, PGPORT and their kind are meant for other servers.
        kept = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
        return kept | {"LC_ALL": "C"}


def start_postgres(lock: FolderLock, *, durable: bool = True, shelter: Path = SHELTER) -> RunningPostgres:
    """Start the server on the locked folder, made at the first start. A server that a killed instance left is stopped.

    `durable=False` (tests) trades safety at a power cut for speed. Raises DeployError `postgres_start_failed`.
    """
    folder = lock.folder
    log = folder.logs / "postgres.log"
    account = unprivileged()
    cluster = _cluster(folder, account, shelter)
    account = account and (owner_of(cluster) or account)
    server = _Server(account, postgres_programs(account, shelter), cluster, log)
    processes.log_size(log)
    _stop_leftover(server.cluster)
    _ensure_cluster(server, folder, durable)
    options = FIXED if durable else FIXED | FORGETFUL
    for attempt in range(1, ATTEMPTS + 1):
        offset, port = processes.log_size(log), processes.free_port()
        process = _launched(server, options | {"port": str(port)})
        if process is not None:
            return RunningPostgres(process, server.cluster, port, folder.secret(PASSWORD))
        said = processes.log_since(log, offset)
        if attempt == ATTEMPTS or not any(reason in said for reason in PASSING):
            break
        # The reason passes when somebody else's last process ends: there is no event to wait for.
        processes.until(lambda: False, 0.2 * attempt)
    raise DeployError("postgres_start_failed", f"The embedded PostgreSQL did not start; {log} says: {said}")


def _launched(server: _Server, options: dict[str, str]) -> "subprocess.Popen[bytes] | None":
    settings = [word for name, value in options.items() for word in ("-c", f"{name}={value}")]
    process = processes.spawn(
        [str(server.programs / "postgres"), "-D", str(server.cluster), *settings],
        log=server.log,
        cwd=Path("/"),
        # SIGINT asks PostgreSQL for a fast, orderly shutdown: also when we are killed.
        death_signal=signal.SIGINT,
        account=server.account,
        env=server.env,
    )
    try:
        processes.until(lambda: process.poll() is not None or _ready(server.cluster, process.pid), READY_SECONDS)
    except BaseException:
        processes.stop(process, *FAST_THEN_IMMEDIATE)
        raise
    if process.poll() is None and _ready(server.cluster, process.pid):
        return process
    processes.stop(process, *FAST_THEN_IMMEDIATE)
    return None


def _pid_file(cluster: Path) -> list[str]:
    """The lines of postmaster.pid: number, folder, start, port, socket folder, host, shared memory, status."""
    try:
        return (cluster / "postmaster.pid").read_text(encoding="utf-8", errors="replace").splitlines()
    except FileNotFoundError:
        return []


def _ready(cluster: Path, pid: int) -> bool:
    lines = _pid_file(cluster)
    return len(lines) >= 8 and lines[0].strip() == str(pid) and lines[7].strip() == "ready"


def _stop_leftover(cluster: Path) -> None:
    """Stop the server of an instance that was killed; clear the way if it is only its file that is left.

    The folder's lock is ours, so nobody can be using that server.
    """
    lines = _pid_file(cluster)
    if not lines:
        return
    number = lines[0].strip().lstrip("-")
    identity = processes.identify(int(number)) if number.isdigit() else None
    if identity is not None and _serves(identity.pid, cluster):
        processes.stop_stranger(identity, *FAST_THEN_IMMEDIATE)
    # The number may by now belong to some other program (in a container it nearly always does): PostgreSQL
    # would take that for a running server and refuse for ever.
    (cluster / "postmaster.pid").unlink(missing_ok=True)


def _serves(pid: int, cluster: Path) -> bool:
    try:
        return Path(psutil.Process(pid).cwd()) == cluster.resolve()  # a postmaster works in its data folder
    except psutil.Error:
        return False


def _cluster(folder: DataFolder, account: Account | None, shelter: Path) -> Path:
    """Return where the server's files are: in the data folder, or where it cannot be reached by `account`, in the shelter.

    The file `postgres.location` then names the place; without it (the data folder was deleted) a new place is taken.
    """
    note = folder.root / "postgres.location"
    if note.exists():
        return Path(note.read_text(encoding="utf-8").rstrip("\n"))
    if account is None or folder.postgres.exists() or account.reaches(folder.postgres):
        return folder.postgres
    open_shelter(shelter)
    place = Path(tempfile.mkdtemp(prefix="data-", dir=shelter))
    place.chmod(0o711)
    note.write_text(f"{place / 'postgres'}\n", encoding="utf-8")
    return place / "postgres"


def _ensure_cluster(server: _Server, folder: DataFolder, durable: bool) -> None:
    known = folder.stored_secret(PASSWORD)
    password = folder.secret(PASSWORD)
    if not server.cluster.exists():
        _make_cluster(server, password, durable)
    elif known is None:
        _reset_password(server, password)


def _make_cluster(server: _Server, password: str, durable: bool) -> None:
    fresh = server.cluster.with_name("postgres.new")
    shutil.rmtree(fresh, ignore_errors=True)  # a first start that was cut off
    fresh.mkdir(mode=0o700)
    with _handed_over(password, fresh.parent, server.account) as password_file:
        _give(fresh, server.account)
        command = ["initdb", "-D", str(fresh), "-U", SUPERUSER, f"--pwfile={password_file}", "--auth=scram-sha-256"]
        # One collation on every machine, whatever locales it has.
        command += ["--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        _run(server, command + ([] if durable else ["--no-sync"]))
    fresh.rename(server.cluster)


def _reset_password(server: _Server, password: str) -> None:
    """Give the superuser a new password where the stored one was lost: the server's single-user mode asks for none."""
    statement = f"ALTER ROLE {SUPERUSER} PASSWORD '{password}'\n"
    _run(server, ["postgres", "--single", "-D", str(server.cluster), "postgres"], statement)


def _run(server: _Server, command: list[str], stdin: str = "") -> None:
    identity = {} if server.account is None else {"user": server.account.uid, "group": server.account.gid}
    result = subprocess.run(
        [str(server.programs / command[0]), *command[1:]],
        input=stdin,
        text=True,
        cwd="/",
        env=server.env,
        check=False,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        extra_groups=None if server.account is None else [],
        **identity,  # type: ignore[call-overload]  # user and group, both or neither
    )
    if result.returncode != 0:
        said = result.stdout.strip()[-2000:]
        raise DeployError("postgres_start_failed", f"{command[0]} of the embedded PostgreSQL failed: {said}")


@contextlib.contextmanager
def _handed_over(text: str, folder: Path, account: Account | None) -> "contextlib.Generator[str]":
    """A private file of `account` with `text` in it, for a moment."""
    with tempfile.NamedTemporaryFile("w", dir=folder) as file:
        file.write(text)
        file.flush()
        _give(Path(file.name), account)
        yield file.name


def _give(path: Path, account: Account | None) -> None:
    if account is not None:
        os.chown(path, account.uid, account.gid)
