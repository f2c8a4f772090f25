"""The run file: what runs on a data folder, for commands that join it and for the next start to clean up."""

import msgspec

from deploy.embedded.processes import Identity, stop_stranger
from deploy.embedded.programs import Step
from deploy.folder import DataFolder, write_private


class RunRecord(msgspec.Struct, frozen=True, kw_only=True):
    """An instance: its own process, the servers that it uses, every process that it started."""

    pid: int
    service_url: str
    owner_url: str | None
    redis_url: str
    address: str | None = None
    signer_url: str | None = None
    started: tuple[tuple[int, float], ...] = ()


def started(record: RunRecord, identities: tuple[Identity, ...]) -> RunRecord:
    """Return the record with these processes."""
    pairs = tuple((identity.pid, identity.created) for identity in identities)
    return msgspec.structs.replace(record, started=pairs)


def write(folder: DataFolder, record: RunRecord) -> None:
    """Replace the record."""
    write_private(folder.run_file, msgspec.json.encode(record).decode())


def read(folder: DataFolder) -> RunRecord | None:
    """Return the record, or None where there is none that can be read."""
    try:
        return msgspec.json.decode(folder.run_file.read_bytes(), type=RunRecord)
    except (FileNotFoundError, msgspec.DecodeError):
        return None


def holder(folder: DataFolder) -> int | None:
    """Return the process that last locked the folder."""
    text = folder.lock_file.read_text(encoding="ascii", errors="replace").strip()
    return int(text) if text.isdigit() else None


def forget(folder: DataFolder) -> None:
    """Remove the record: nothing runs any more."""
    folder.run_file.unlink(missing_ok=True)


def stop_leftovers(folder: DataFolder, steps: tuple[Step, ...]) -> int:
    """End what a killed instance left running, and say how many.

    To be called with the folder's lock in hand.
    """
    record = read(folder)
    left = [Identity(pid, created) for pid, created in (record.started if record else ())]
    alive = [identity for identity in left if identity.alive()]
    for identity in reversed(alive):
        stop_stranger(identity, steps)
    forget(folder)
    return len(alive)
