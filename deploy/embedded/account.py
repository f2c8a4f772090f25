"""The system user that PostgreSQL runs as. PostgreSQL refuses to run as root."""

import os
import pwd
import shutil
import stat
import subprocess
from dataclasses import dataclass
from pathlib import Path

from deploy.errors import DeployError

NAME = "mentorledger"


@dataclass(frozen=True)
class Account:
    """A system user by number: `name` is for people."""

    name: str
    uid: int
    gid: int

    def reaches(self, path: Path) -> bool:
        """Say whether this user may pass through every folder above `path`."""
        return all(self._passes(parent) for parent in path.absolute().parents)

    def _passes(self, folder: Path) -> bool:
        status = folder.stat()
        if status.st_uid == self.uid:
            return bool(status.st_mode & stat.S_IXUSR)
        if status.st_gid == self.gid:
            return bool(status.st_mode & stat.S_IXGRP)
        return bool(status.st_mode & stat.S_IXOTH)


def unprivileged() -> Account | None:
    """Return the user for PostgreSQL where we are root, made on first use; else None: it is ourselves.

    Raises DeployError `system_user_missing`.
    """
    if os.geteuid() != 0:
        return None
    entry = _entry() or _created()
    if entry is None:
        raise DeployError(
            "system_user_missing",
            "PostgreSQL does not run as root, and a system user for it could not be made. "
            f"Make one (`useradd --system {NAME}`), run this command as an ordinary user, or set "
            "DATABASE_URL to a server of your own.",
        )
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)


def owner_of(path: Path) -> Account | None:
    """Return the owner of existing files: what an ordinary user made stays that user's under root."""
    if not path.exists():
        return None
    status = path.stat()
    return Account(f"user {status.st_uid}", status.st_uid, status.st_gid)


def _entry() -> pwd.struct_passwd | None:
    try:
        return pwd.getpwnam(NAME)
    except KeyError:
        return None


def _created() -> pwd.struct_passwd | None:
    program = shutil.which("useradd", path="/usr/sbin:/sbin:/usr/bin:/bin")
    if program is None:
        return None
    command = [
        program,
        "--system",
        "--user-group",
        "--no-create-home",
        "--home-dir",
        "/",
        "--shell",
        "/usr/sbin/nologin",
        NAME,
    ]
    # Another instance may make the user at the same moment: what counts is whether it exists afterwards.
    subprocess.run(command, check=False, capture_output=True)
    return _entry()
