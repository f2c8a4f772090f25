"""The embedded PostgreSQL's files: where they are, whose they are, and how they are made."""

import contextlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from pathlib import Path

from deploy.embedded.account import Account, owner_of, unprivileged
from deploy.embedded.binaries import SHELTER, open_shelter, postgres_programs
from deploy.embedded.programs import as_user
from deploy.errors import DeployError
from deploy.folder import DataFolder

SUPERUSER = "postgres"
PASSWORD = "postgres-superuser"  # noqa: S105  # the secret's name, not the secret
# One collation on every machine, whatever locales it has.
LOCALE = ("--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8")


@dataclass(frozen=True)
class Cluster:
    """A data directory of PostgreSQL, the programs for it, the system user of both (None: ourselves)."""

    path: Path
    programs: Path
    account: Account | None
    password: str = field(repr=False)

    @property
    def env(self) -> dict[str, str]:
        """The programs' environment, without PGDATA, PGPORT and their kind: they mean other servers."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
        return kept | {"LC_ALL": "C"}


def open_cluster(
    folder: DataFolder,
    shelter: Path = SHELTER,
    before: Callable[[Path], None] = lambda path: None,
    *,
    durable: bool,
) -> Cluster:
    """Find or make the folder's cluster; `before` may stop what still runs on it."""
    account = unprivileged()
    path = _place(folder, account, shelter)
    account = account and (owner_of(path) or account)
    known = folder.stored_secret(PASSWORD)
    cluster = Cluster(path, postgres_programs(account, shelter), account, folder.secret(PASSWORD))
    before(path)
    if not path.exists():
        _make(cluster, [] if durable else ["--no-sync"])
    elif known is None:
        _reset_password(cluster)
    return cluster


def _place(folder: DataFolder, account: Account | None, shelter: Path) -> Path:
    """Return where the files are: in the data folder or, where `account` cannot reach that, in the shelter.

    `postgres.location` then names the place; without it (the data folder was deleted) a new place is taken.
    """
    note = folder.postgres_location
    if note.exists():
        return Path(note.read_text(encoding="utf-8").rstrip("\n"))
    if account is None or account.reaches(folder.postgres):
        return folder.postgres
    open_shelter(shelter)
    place = Path(tempfile.mkdtemp(prefix="data-", dir=shelter))
    place.chmod(0o711)
    note.write_text(f"{place / 'postgres'}\n", encoding="utf-8")
    return place / "postgres"


def _make(cluster: Cluster, options: list[str]) -> None:
    fresh = cluster.path.with_name("postgres.new")
    shutil.rmtree(fresh, ignore_errors=True)  # a first start that was cut off
    fresh.mkdir(mode=0o700)
    _give(fresh, cluster.account)
    with _handed_over(cluster.password, fresh.parent, cluster.account) as password_file:
        security = ["-U", SUPERUSER, f"--pwfile={password_file}", "--auth=scram-sha-256"]
        _run(cluster, ["initdb", "-D", str(fresh), *security, *LOCALE, *options])
    fresh.rename(cluster.path)


def _reset_password(cluster: Cluster) -> None:
    """Give the superuser the new password where the stored one was lost: single-user mode asks for none."""
    statement = f"ALTER ROLE {SUPERUSER} PASSWORD '{cluster.password}'\n"
    _run(cluster, ["postgres", "--single", "-D", str(cluster.path), "postgres"], statement)


def _run(cluster: Cluster, command: list[str], stdin: str = "") -> None:
    result = subprocess.run(
        [str(cluster.programs / command[0]), *command[1:]],
        input=stdin,
        text=True,
        cwd="/",
        env=cluster.env,
        check=False,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        **as_user(cluster.account),
    )
    if result.returncode != 0:
        said = result.stdout.strip()[-2000:]
        raise DeployError("postgres_start_failed", f"{command[0]} of the embedded PostgreSQL failed: {said}")


@contextlib.contextmanager
def _handed_over(text: str, folder: Path, account: Account | None) -> Generator[str]:
    """Yield the name of a private file of `account` with `text` in it."""
    with tempfile.NamedTemporaryFile("w", dir=folder) as file:
        file.write(text)
        file.flush()
        _give(Path(file.name), account)
        yield file.name


def _give(path: Path, account: Account | None) -> None:
    if account is not None:
        os.chown(path, account.uid, account.gid)
