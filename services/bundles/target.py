"""Where a bundle goes: a folder, or a .zip whose bytes depend on the content alone.

It is written beside its place and moved there when it is whole, so that half a bundle never looks like one.
"""

from __future__ import annotations

import shutil
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Protocol

from services.bundles.errors import BundleError

_EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest time that a zip can hold
_MODE = 0o100644 << 16  # a plain file
_UNIX = 3


class Target(Protocol):
    """Takes files by their names within the bundle, in the order of the names."""

    def put(self, name: str, chunks: Iterable[bytes]) -> None:
        """Write one file."""


class FolderTarget:
    """Files below a folder."""

    def __init__(self, root: Path) -> None:
        self._root = root
        root.mkdir()

    def put(self, name: str, chunks: Iterable[bytes]) -> None:
        """Write one file and the folders that it needs."""
        path = self._root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("xb") as file:
            file.writelines(chunks)


class ZipTarget:
    """Members of an archive: stored as they are, all of the same time, so that the same content is the same file."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive

    def put(self, name: str, chunks: Iterable[bytes]) -> None:
        """Write one member."""
        info = zipfile.ZipInfo(name, _EPOCH)
        info.create_system, info.external_attr = _UNIX, _MODE
        with self._archive.open(info, "w") as member:
            for chunk in chunks:
                member.write(chunk)


@contextmanager
def open_target(path: Path) -> Iterator[Target]:
    """A bundle at a path that is still free; raises BundleError `target_exists` or `unwritable_target`."""
    if path.exists() or path.is_symlink():
        raise BundleError("target_exists", f"There is already something at {path}; name a new place with --to.")
    part = path.with_name(f".{path.name}.part")
    try:
        _remove(part)
        with _opened(part, zipped=path.suffix.lower() == ".zip") as target:
            yield target
        part.rename(path)
    except OSError as error:
        raise BundleError(
            "unwritable_target", f"The bundle cannot be written to {path}: {error.strerror or error}."
        ) from error
    finally:
        with suppress(OSError):  # it lies where nothing can be written
            _remove(part)


@contextmanager
def _opened(part: Path, *, zipped: bool) -> Iterator[Target]:
    if not zipped:
        yield FolderTarget(part)
        return
    with zipfile.ZipFile(part, "x", zipfile.ZIP_STORED) as archive:
        yield ZipTarget(archive)


def _remove(part: Path) -> None:
    if part.is_dir():
        shutil.rmtree(part)
    else:
        part.unlink(missing_ok=True)
