"""One instance on one data folder, held by an operating system's lock that dies with the process."""

import fcntl
import os
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from deploy.embedded.processes import until
from deploy.errors import DeployError
from deploy.folder import DataFolder


@dataclass(frozen=True)
class FolderLock:
    """Proof that this process alone works on `folder`. The embedded servers ask for it before they start."""

    folder: DataFolder
    descriptor: int

    def release(self) -> None:
        """Let the next instance in."""
        os.close(self.descriptor)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()


def acquire(folder: DataFolder) -> FolderLock:
    """Lock the folder for this process.

    Raises DeployError `already_running` that names the process which has it.
    """
    # The descriptor is not inherited by programs that we start: the lock is ours, not our children's.
    descriptor = os.open(folder.lock_file, os.O_RDWR | os.O_CREAT, 0o600)
    # `is_running` holds the lock for an instant: that is nobody to give way to.
    if not until(lambda: _take(descriptor), 0.3):
        holder = os.pread(descriptor, 32, 0).decode("ascii", "replace").strip() or "unknown"
        os.close(descriptor)
        raise DeployError(
            "already_running",
            f"Another instance (process {holder}) already runs on {folder.root}. "
            "Stop it first (Ctrl-C, or `kill` with that number), or give this one another folder with "
            "--data.",
        )
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
    return FolderLock(folder, descriptor)


def is_running(folder: DataFolder) -> bool:
    """Say whether some process holds the folder's lock now."""
    if not folder.lock_file.exists():
        return False
    descriptor = os.open(folder.lock_file, os.O_RDWR)
    try:
        return not _take(descriptor)
    finally:
        os.close(descriptor)


def _take(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
