"""One verdict from command and page on archives: plain files, stored as they are, and nothing else."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from services.bundles.write import Exporter
from tests.bundles.changes import Change
from tests.bundles.made import MadeLog
from tests.bundles.page import agreed, opened_page
from tests.console.browser import Browser


@pytest.fixture(scope="module")
def page() -> Iterator[Browser]:
    yield from opened_page()


def packed(folder: Path, archive: Path, compression: int = zipfile.ZIP_STORED) -> Path:
    """An archive of the folder's files."""
    with zipfile.ZipFile(archive, "w", compression) as made:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                made.write(path, path.relative_to(folder).as_posix())
    return archive


def member(name: str, data: bytes = b"x", mode: int = 0) -> Change:
    """A member more."""

    def change(archive: Path) -> None:
        info = zipfile.ZipInfo(name)
        info.filename = info.orig_filename = name
        info.external_attr = mode << 16
        with zipfile.ZipFile(archive, "a") as made:
            made.writestr(info, data)

    return change


def commented(archive: Path) -> None:
    """A comment behind the files."""
    with zipfile.ZipFile(archive, "a") as made:
        made.comment = b"verified by nobody"


def patched(old: bytes, new: bytes, which: int = 0) -> Change:
    """One of the places of some bytes, from the front or the back, changed."""

    def change(archive: Path) -> None:
        data = archive.read_bytes()
        at = data.rfind(old) if which else data.find(old)
        assert at >= 0
        archive.write_bytes(data[:at] + new + data[at + len(old) :])

    return change


def whole_again(way: Callable[[bytes], bytes]) -> Change:
    """The archive's bytes, changed."""
    return lambda archive: archive.write_bytes(way(archive.read_bytes()))


OF_ARCHIVES: dict[str, Change] = {
    "nothing": lambda archive: None,
    "a folder": member("more/", b""),
    "a folder with something in it": member("evil/", b"x" * 700),
    "a folder outside": member("../evil/", b"x" * 700),
    "an empty folder outside": member("../evil/", b""),
    "a link": member("README2", b"/etc/passwd", 0o120777),
    "a link of a known name": member("schemas/a.b.json", b"/etc/passwd", 0o120777),
    "a device": member("pipe", b"", 0o010644),
    "a mode without a kind": member("schemas/a.b.json", b"x", 0o644),
    "a plain file's mode": member("schemas/a.b.json", b"x", 0o100644),
    "a path outside": member("../out"),
    "a path from the root": member("/etc/passwd"),
    "a path that comes back": member("tile/./x/.."),
    "a drive": member("C:out"),
    "another slash": member("a\\b"),
    "no name": member("."),
    "a dot in front": member("./checkpoint"),
    "two slashes": member("tile//0"),
    "letters": member("ä"),
    "junk in front": whole_again(lambda data: b"x" * 300 + data),
    "junk behind": whole_again(lambda data: data + b"x" * 30),
    "a comment": commented,
    "another name in front of the file": patched(b"README.txt", b"README.tx_"),
    "another name in the table": patched(b"README.txt", b"README.tx_", 1),
    "a letter of the old alphabet in the table": patched(b"README.txt", b"README\xe9txt", 1),
    "no mark in front of the file": patched(b"PK\3\4", b"PK\3\5"),
    "a text changed": patched(b"What this is", b"What that is"),
    "an empty file": whole_again(lambda data: b""),
    "something else": whole_again(lambda data: b"hello" * 100),
    "half": whole_again(lambda data: data[: len(data) // 2]),
    "nearly all": whole_again(lambda data: data[:-20]),
}


@pytest.mark.parametrize("change", OF_ARCHIVES.values(), ids=OF_ARCHIVES)
def test_changes_to_an_archive(change: Change, page: Browser, log: MadeLog, part: Path, tmp_path: Path):
    """Members, names and bytes that are none of a bundle's."""
    archive = packed(part, tmp_path / "b.zip")
    change(archive)
    agreed(page, archive, log.key.vkey)


def test_two_members_of_one_name(page: Browser, log: MadeLog, part: Path, tmp_path: Path):
    """The archive is refused, and both look at the same one of the two."""
    archive = packed(part, tmp_path / "b.zip")
    with pytest.warns(UserWarning, match="Duplicate name"):
        member("manifest.json", b"{}")(archive)
    verdict = agreed(page, archive, log.key.vkey)
    assert ["duplicate_file", "bad_manifest"] == [one.code for one in verdict.faults]


def test_a_compressed_archive(page: Browser, log: MadeLog, part: Path, tmp_path: Path):
    """Every member is named, and none is read."""
    archive = packed(part, tmp_path / "b.zip", zipfile.ZIP_DEFLATED)
    assert {"compressed_file"} == {one.code for one in agreed(page, archive, log.key.vkey).faults}


def test_a_sound_archive(page: Browser, log: MadeLog, whole: Path, tmp_path: Path):
    """By the program that exports, and by another."""
    Exporter(log, log).organisation(log.org, tmp_path / "a.zip")
    for archive in (tmp_path / "a.zip", packed(whole, tmp_path / "b.zip")):
        assert agreed(page, archive, log.key.vkey).sound
