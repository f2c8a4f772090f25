"""The data folder: everything that an instance keeps on this machine."""

import errno
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from deploy.errors import DeployError


@dataclass(frozen=True)
class DataFolder:
    """A data folder that exists.

    Layout: `secrets/` (0700, a file per secret), `postgres/` and `redis/` (the embedded servers), `logs/`,
    `outbox/` (mail that no SMTP server takes), `mentorledger.lock`, `run.json` (who runs here, and where).
    """

    root: Path

    @property
    def secrets(self) -> Path:
        """Folder of the secrets."""
        return self.root / "secrets"

    @property
    def postgres(self) -> Path:
        """Folder of the embedded PostgreSQL's files."""
        return self.root / "postgres"

    @property
    def postgres_location(self) -> Path:
        """The file that names the folder of those files, where it is another than `postgres`."""
        return self.root / "postgres.location"

    @property
    def redis(self) -> Path:
        """Working folder of the embedded Redis."""
        return self.root / "redis"

    @property
    def logs(self) -> Path:
        """Folder of the log files."""
        return self.root / "logs"

    @property
    def outbox(self) -> Path:
        """Folder that takes mail where no SMTP server is set."""
        return self.root / "outbox"

    @property
    def lock_file(self) -> Path:
        """The file whose lock says that an instance runs here."""
        return self.root / "mentorledger.lock"

    @property
    def run_file(self) -> Path:
        """What runs here, for other commands and for the next start."""
        return self.root / "run.json"

    def secret(self, name: str) -> str:
        """Return the secret `name`, made on first use and kept for this user's eyes only."""
        if stored := self.stored_secret(name):
            return stored
        return self.keep_secret(name, secrets.token_urlsafe(32))

    def stored_secret(self, name: str) -> str | None:
        """Return the secret `name`, or None where there is none yet."""
        path = self.secrets / name
        return (path.read_text(encoding="ascii").strip() or None) if path.exists() else None

    def keep_secret(self, name: str, value: str) -> str:
        """Store a secret and return it."""
        write_private(self.secrets / name, value + "\n")
        return value


def open_folder(path: Path) -> DataFolder:
    """Make the data folder where it is missing. Raises DeployError `data_unusable`."""
    root = path.expanduser().absolute()
    folder = DataFolder(root)
    try:
        if not root.exists():
            # The embedded PostgreSQL is another user where we are root: it must pass through, but not look
            # around.
            root.mkdir(parents=True, mode=0o711 if os.geteuid() == 0 else 0o700)
        folder.secrets.mkdir(mode=0o700, exist_ok=True)
        for child in (folder.logs, folder.outbox, folder.redis):
            child.mkdir(mode=0o700, exist_ok=True)
        if not os.access(folder.secrets, os.R_OK | os.W_OK | os.X_OK):
            raise PermissionError(errno.EACCES, "it belongs to another user")
    except OSError as error:
        reason = error.strerror or str(error)
        raise DeployError(
            "data_unusable",
            f"The data folder {root} cannot be used ({reason}). Choose another with --data or MENTORLEDGER_DATA.",
        ) from error
    return folder


def write_private(path: Path, text: str) -> None:
    """Replace the file at `path` in one step, readable by its owner alone; on the disk when this returns."""
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
    sync_folder(path.parent)


def sync_folder(path: Path) -> None:
    """Wait until the names in a folder are on the disk: a file's own fsync says nothing of its name."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
