"""What a witness must never forget: its key, and the last checkpoint that it cosigned of each log.

Both stand in one file. Whoever loses the memory loses the key with it, and cannot cosign a second history under a name
that has already vouched for the first.
"""

import fcntl
import os
from collections.abc import Generator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from uuid import uuid4

import msgspec

from deploy.errors import DeployError
from deploy.folder import write_private
from events.proof.errors import ProofError
from events.proof.notes import Cosigner

FILE = "witness.json"
EVIDENCE = "evidence"
MOST_EVIDENCE = 100
"""Files of evidence; a log that contradicts itself more often than that has been found out already."""


class Seen(msgspec.Struct, frozen=True):
    """The last cosigned checkpoint of a log; time: when, in Unix seconds; note: as it was signed, cosignature added."""

    size: int
    root: bytes
    time: int
    note: str


class _Kept(msgspec.Struct, frozen=True):
    name: str
    seed: bytes
    logs: dict[str, Seen]


class Memory:
    """A witness's folder, held by one process. Not for several threads at a time."""

    def __init__(self, folder: Path, kept: _Kept) -> None:
        self._folder = folder
        self._kept = kept
        self.cosigner = Cosigner.of(kept.name, kept.seed)

    def seen(self, origin: str) -> Seen | None:
        """What was cosigned last of a log."""
        return self._kept.logs.get(origin)

    def by_digest(self, digest: str) -> Seen | None:
        """The same by the SHA-256 of the log's origin, in hex."""
        return next((one for origin, one in self._kept.logs.items() if origin_digest(origin) == digest), None)

    def remember(self, origin: str, seen: Seen) -> None:
        """Keep it for good: when this returns, it is on the disk. Raises OSError."""
        kept = msgspec.structs.replace(self._kept, logs=self._kept.logs | {origin: seen})
        _write(self._folder, kept)
        self._kept = kept

    def keep_evidence(self, body: bytes) -> None:
        """Keep a signed request that contradicts what was seen: it convicts the log that signed it."""
        folder = self._folder / EVIDENCE
        folder.mkdir(mode=0o700, exist_ok=True)
        path = folder / sha256(body).hexdigest()
        if not path.exists() and len(list(folder.iterdir())) < MOST_EVIDENCE:
            write_private(path, body.decode("utf-8", "replace"))


def origin_digest(origin: str) -> str:
    """The name of a log in addresses."""
    return sha256(origin.encode()).hexdigest()


@contextmanager
def opened_memory(folder: Path, name: str | None) -> Generator[Memory]:
    """The memory in `folder`, made with a new key where there is none; name: that of a new witness.

    Raises DeployError `already_running`, `data_unusable`, `memory_damaged`, `bad_name`, `other_witness`.
    """
    descriptor = _locked(folder)
    try:
        yield Memory(folder, _load(folder / FILE, name) or _new(folder, name))
    finally:
        os.close(descriptor)


def _locked(folder: Path) -> int:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise DeployError("data_unusable", f"The folder {folder} cannot be used ({error.strerror}).") from error
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        os.close(descriptor)
        raise DeployError("already_running", f"Another witness already runs on {folder}. Stop it first.") from error
    return descriptor


def _load(path: Path, name: str | None) -> _Kept | None:
    try:
        kept = msgspec.json.decode(path.read_bytes(), type=_Kept)
    except FileNotFoundError:
        return None
    except (OSError, msgspec.DecodeError) as error:
        raise DeployError(
            "memory_damaged",
            f"The memory {path} cannot be read. Restore the file only if nothing was cosigned since it was saved; "
            "else move the folder away and begin a new witness, with a new key.",
        ) from error
    if name is not None and name != kept.name:
        raise DeployError(
            "other_witness", f"{path.parent} is the folder of the witness {kept.name!r}. Leave out --name, or choose "
            "another folder with --data."
        )  # fmt: skip  # one sentence in two lines
    return kept


def _new(folder: Path, name: str | None) -> _Kept:
    try:
        cosigner = Cosigner.generate(name or f"mentorledger/witness/{uuid4()}")
    except ProofError as error:
        raise DeployError("bad_name", f"A witness cannot be called so: {error}") from error
    kept = _Kept(cosigner.name, cosigner.seed, {})
    _write(folder, kept)
    return kept


def _write(folder: Path, kept: _Kept) -> None:
    write_private(folder / FILE, msgspec.json.encode(kept).decode())
    # The new name of the file must survive a power cut as well as its content.
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
