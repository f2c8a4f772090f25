"""Whatever happens to the bytes of a bundle, the check comes to an end with an answer, and never with a wrong yes."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from services.bundles.verify import verify
from tests.bundles.made import MadeLog

EXPLAINING = ("README.txt", "schemas/")


@pytest.fixture(scope="module")
def small() -> MadeLog:
    return MadeLog().fill(9, relationships=3).state()


@pytest.mark.parametrize("number", (None, 2), ids=("whole", "part"))
def test_any_byte_of_any_file(number, small: MadeLog, tmp_path: Path):
    """Changed, taken out or put in, anywhere but in what only explains: something is wrong."""
    dice = Random(5)
    folder = small.export(tmp_path / "b", number)
    for file in sorted(path for path in folder.rglob("*") if path.is_file()):
        name, sound = file.relative_to(folder).as_posix(), file.read_bytes()
        if name.startswith(EXPLAINING):
            continue
        for _ in range(6):
            at = dice.randrange(len(sound) - 1)  # JSON is the same without its last line feed
            other = bytes([sound[at] ^ 1 << dice.randrange(8)])
            file.write_bytes(dice.choice((sound[:at] + other + sound[at + 1 :], sound[:at] + sound[at + 1 :])))
            assert not verify(folder, [small.key.vkey]).sound, (name, at)
        file.write_bytes(sound)
    assert verify(folder, [small.key.vkey]).sound


def test_any_byte_of_an_archive(small: MadeLog, tmp_path: Path):
    """Where an archive's own structure is damaged, too, there is an answer; what it says of the log stays right."""
    dice = Random(6)
    archive = small.export(tmp_path / "b.zip")
    sound = archive.read_bytes()
    directory = sound.index(b"PK\x01\x02")
    said = set()
    for turn in range(400):
        at = dice.randrange(directory, len(sound)) if turn % 2 else dice.randrange(len(sound))
        archive.write_bytes(sound[:at] + bytes([dice.randrange(256)]) + sound[at + 1 :])
        said |= {one.code for one in verify(archive, [small.key.vkey]).faults}
    assert {"bad_archive", "unreadable_file"} <= said
