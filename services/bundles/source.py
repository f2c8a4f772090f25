"""The files of a bundle that somebody else made: nothing outside of it is opened, and nothing longer than it may be.

Names that lead out, links, devices, compressed members and strange files are faults; the rest is checked all the same.
"""

from __future__ import annotations

import os
import stat
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import BinaryIO, Protocol, cast

from services.bundles.faults import Findings, Unsound
from services.bundles.layout import limit_of

MOST_FILES = 5_000_000
_COMPRESSED = "is compressed; a bundle's archive stores its files as they are. Pack it again without compression."


class Files(Protocol):
    """A folder or an archive: the names of its plain files, and what is in them."""

    names: frozenset[str]

    def open(self, name: str) -> BinaryIO:
        """Open one of the names for reading."""


class Source:
    """The files of a bundle that belong to its format; `names` are those that are there and can be read."""

    def __init__(self, files: Files, findings: Findings) -> None:
        self._files = files
        self.names = frozenset(name for name in files.names if limit_of(name) is not None)
        for name in sorted(files.names - self.names):
            findings.fault("unexpected_file", "The file is no part of a bundle; nothing vouches for it.", name)

    def read(self, name: str) -> bytes:
        """A whole file; raises Unsound `missing_file`, `too_large` or `unreadable_file`."""
        limit = limit_of(name) or 0
        with self.opened(name) as file:
            data = file.read(limit + 1)
        if len(data) > limit:
            raise Unsound("too_large", f"The file is longer than the {limit:,} bytes that it may have.", name)
        return data

    @contextmanager
    def opened(self, name: str) -> Iterator[BinaryIO]:
        """A file to read in pieces; raises Unsound as `read` does, while it is read too."""
        if name not in self.names:
            raise Unsound("missing_file", "The file is missing.", name)
        try:
            with self._files.open(name) as file:
                yield file
        except (OSError, zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError) as error:
            raise Unsound("unreadable_file", f"The file cannot be read: {error}.", name) from error


@contextmanager
def open_source(path: Path, findings: Findings) -> Iterator[Source]:
    """The bundle at a path; raises Unsound `no_bundle` or `bad_archive` when there is nothing to look at."""
    if path.is_dir():
        yield Source(_Folder(path, findings), findings)
        return
    if not path.is_file():
        raise Unsound("no_bundle", f"There is no folder and no .zip at {path}.")
    try:
        archive = zipfile.ZipFile(path)
    except (OSError, zipfile.BadZipFile, ValueError, EOFError, NotImplementedError) as error:
        raise Unsound("bad_archive", f"{path.name} is no folder and no complete .zip: {error}.") from error
    with archive:
        yield Source(_Archive(archive, findings), findings)


class _Folder:
    def __init__(self, root: Path, findings: Findings) -> None:
        self._root = root
        self.names = frozenset(_plain_files(root, findings))

    def open(self, name: str) -> BinaryIO:
        # Not through a link that took the file's place, nor waiting at a pipe.
        descriptor = os.open(self._root / name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        return os.fdopen(descriptor, "rb")


def _plain_files(root: Path, findings: Findings) -> Iterator[str]:
    for folder, folders, files in os.walk(root):
        for name in [*folders, *files]:
            path = Path(folder, name)
            mode = path.lstat().st_mode
            inside = path.relative_to(root).as_posix()
            if stat.S_ISREG(mode):
                yield inside
            elif not stat.S_ISDIR(mode):
                _refuse_link(findings, inside)


class _Archive:
    def __init__(self, archive: zipfile.ZipFile, findings: Findings) -> None:
        self._archive = archive
        members = archive.infolist()
        if len(members) > MOST_FILES:
            raise Unsound("bad_archive", f"The archive has {len(members):,} files; at most {MOST_FILES:,} are read.")
        if archive.comment or any(member.header_offset == 0 for member in members) is not bool(members):
            raise Unsound("bad_archive", "The archive holds something in front of its files, or a comment behind them.")
        found: set[str] = set()
        for member in members:
            if _acceptable(member, findings):
                if member.filename in found:
                    findings.fault("duplicate_file", "The archive has two files of this name.", member.filename)
                found.add(member.filename)
        self.names = frozenset(found)

    def open(self, name: str) -> BinaryIO:
        return cast("BinaryIO", self._archive.open(name))


def _acceptable(member: zipfile.ZipInfo, findings: Findings) -> bool:
    name = member.orig_filename
    path = PurePosixPath(name)
    mode = member.external_attr >> 16
    if path.is_absolute() or ".." in path.parts or "\\" in name or ":" in name or "\x00" in name or not path.parts:
        findings.fault("bad_path", f"The archive holds a file with a name that leads out of it: {name!r}.", repr(name))
    elif member.is_dir() and not member.file_size:
        return False
    elif member.is_dir() or (mode and not stat.S_ISREG(mode) and stat.S_IFMT(mode)):
        _refuse_link(findings, name)
    elif member.compress_type != zipfile.ZIP_STORED or member.flag_bits & 0x1:
        findings.fault("compressed_file", f"The file {_COMPRESSED}", name)
    else:
        return True
    return False


def _refuse_link(findings: Findings, name: str) -> None:
    findings.fault("link", "This is a link or a device, no file; a bundle holds plain files alone.", name)
