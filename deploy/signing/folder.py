"""The signer's folder: for each log the keys and the memory of what was signed last, in a file each.

A file is replaced in one step and is on the disk before anything that it says is told to anybody. The memory of a new
log is written before its key: with a key and no memory somebody has removed what this folder is for.
"""

from __future__ import annotations

import fcntl
import os
import re
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar
from urllib.parse import quote

import msgspec

from deploy.errors import DeployError
from deploy.folder import write_private
from events.errors import SignerRefused
from workers.signing import RetiredKey

ORIGIN = re.compile(r"[a-z0-9][a-z0-9._/-]{0,127}")
"""Origins that a file name can be made of, and that two of never share one."""


class StoredKey(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An Ed25519 seed (32 bytes); a retiring key signs until a moment (Unix seconds)."""

    seed: bytes
    signs_until: int | None = None


class StoredKeys(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The keys of one log, the newest first; of those that sign no more, the oldest first, what checks them."""

    origin: str
    keys: tuple[StoredKey, ...]
    retired: tuple[RetiredKey, ...] = ()


class StoredMemory(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What was signed last: a tree head and the note that was given out for it; none for a log never signed."""

    origin: str
    size: int
    root: bytes
    note: str | None = None


Stored = TypeVar("Stored", StoredKeys, StoredMemory)


@dataclass(frozen=True)
class SignerFolder:
    """A folder that this process alone signs from; `descriptor` holds its lock."""

    root: Path
    descriptor: int

    def keys(self, origin: str) -> StoredKeys | None:
        """The keys of a log, or None where there are none. Raises SignerRefused `memory_unusable`."""
        return self._read(origin, "key", StoredKeys)

    def memory(self, origin: str) -> StoredMemory | None:
        """What was signed last of a log, or None. Raises SignerRefused `memory_unusable`."""
        return self._read(origin, "memory", StoredMemory)

    def keep(self, stored: StoredKeys | StoredMemory) -> None:
        """Store; when this returns it survives kill -9 and a power cut. Raises SignerRefused `memory_unusable`."""
        path = self._path(stored.origin, "key" if isinstance(stored, StoredKeys) else "memory")
        try:
            write_private(path, msgspec.json.encode(stored).decode())
        except OSError as error:
            raise unusable(f"{path} cannot be written ({error.strerror}). Nothing was signed.") from error

    def release(self) -> None:
        """Let another signer in."""
        os.close(self.descriptor)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()

    def _read(self, origin: str, suffix: str, form: type[Stored]) -> Stored | None:
        path = self._path(origin, suffix)
        try:
            stored = msgspec.json.decode(path.read_bytes(), type=form)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise unusable(f"{path} cannot be read ({error.strerror}).") from error
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise unusable(f"{path} is damaged. Bring it back from the newest copy of this folder.") from error
        if stored.origin != origin:
            raise unusable(f"{path} is the file of another log ({stored.origin}). Put it back where it was.")
        return stored

    def _path(self, origin: str, suffix: str) -> Path:
        if not ORIGIN.fullmatch(origin):
            raise SignerRefused(
                "An origin is up to 128 of the characters a-z 0-9 . _ / - and begins with a letter or a digit.",
                "bad_request",
            )
        return self.root / f"{quote(origin, safe='')}.{suffix}"


def unusable(message: str) -> SignerRefused:
    """The refusal to sign from files that cannot be relied on."""
    return SignerRefused(message, "memory_unusable")


def open_signer_folder(path: Path) -> SignerFolder:
    """Make the folder where it is missing, and lock it.

    Raises DeployError `signer_data_unusable`, or `signer_running` when another process signs from it.
    """
    root = path.expanduser().absolute()
    try:
        root.mkdir(mode=0o700, parents=True, exist_ok=True)
        _require_private(root)
        descriptor = os.open(root / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        reason = error.strerror or str(error)
        message = f"The signer's folder {root} cannot be used ({reason}). See MENTORLEDGER_SIGNER_DATA."
        raise DeployError("signer_data_unusable", message) from error
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        os.close(descriptor)
        message = f"Another process signs from {root}. Two would not know of each other's signatures: stop one of them."
        raise DeployError("signer_running", message) from error
    for left in root.glob(".*"):  # what a killed process had not yet put in its place
        left.unlink()
    return SignerFolder(root, descriptor)


def _require_private(root: Path) -> None:
    found = root.stat()
    if found.st_uid != os.geteuid():
        raise PermissionError(0, "it belongs to another user")
    if found.st_mode & 0o077:
        raise PermissionError(0, "others may look into it; chmod 700 it")
