"""Every damage is found and named by our check, and refused by the code of Go's checksum database as well."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from services.bundles.verify import verify
from tests.bundles.damage import HASHES, LINES, PROOF, RECORDS, WAYS, Kind, damage
from tests.bundles.made import MadeLog
from tests.bundles.oracles import for_go, run

INDEX = 300
PIECES = Kind(lambda data: [data[at : at + 9] for at in range(0, len(data), 9)], b"".join, 3)
OF_A_WHOLE = (
    ("tile/entries/000", RECORDS),
    ("tile/entries/001", RECORDS),
    ("tile/0/000", HASHES),
    ("tile/0/002.p/27", HASHES),
    ("tile/1/000.p/2", Kind(HASHES.split, HASHES.join, 0)),
    ("checkpoint", LINES),
)


@pytest.fixture(scope="module")
def prepared(log: MadeLog, whole: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return for_go(log, whole, tmp_path_factory.mktemp("prepared") / "go", old=100, index=INDEX)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(("name", "kind"), OF_A_WHOLE, ids=[name for name, _ in OF_A_WHOLE])
def test_damage_to_a_whole_log(name, kind, way, log: MadeLog, whole: Path, prepared: Path, go_oracle: Path, tmp_path):
    """Any item of a record file, a tile or the head changed, lost, doubled, moved or cut: named; others refuse it."""
    ours, theirs = shutil.copytree(whole, tmp_path / "ours"), shutil.copytree(prepared, tmp_path / "go")
    for folder in (ours, theirs):
        damage(folder / name, kind, way)
    verdict = verify(ours, [log.key.vkey])
    assert not verdict.proven
    assert name == verdict.faults[0].file, verdict.faults
    assert not run(go_oracle, theirs).accepted


@pytest.mark.parametrize("way", ("flip", "swap", "replace"))
def test_a_changed_record_is_named_by_its_position(way, log: MadeLog, whole: Path, tmp_path: Path):
    """The first fault is the record itself, at its position of the log."""
    folder = shutil.copytree(whole, tmp_path / "b")
    damage(folder / "tile/entries/001", RECORDS, way)
    first = verify(folder, [log.key.vkey]).faults[0]
    assert ("record_differs", "tile/entries/001", 256 + RECORDS.at) == (first.code, first.file, first.position)


def test_a_changed_hash_is_named_by_its_position(log: MadeLog, whole: Path, tmp_path: Path):
    """Where the records make up the signed root, the tile is what was changed."""
    folder = shutil.copytree(whole, tmp_path / "b")
    damage(folder / "tile/0/001", HASHES, "flip")
    found = [(one.code, one.file, one.position) for one in verify(folder, [log.key.vkey]).faults]
    assert [("tile_differs", "tile/0/001", 257)] == found


@pytest.mark.parametrize("way", WAYS)
def test_damage_to_a_receipt(way, log: MadeLog, part: Path, prepared: Path, go_oracle: Path, tmp_path: Path):
    """A proof with a changed, lost, doubled or moved hash holds for nobody."""
    ours, theirs = shutil.copytree(part, tmp_path / "ours"), shutil.copytree(prepared, tmp_path / "go")
    name = max((ours / "receipts").iterdir(), key=lambda path: int(path.stem)).relative_to(ours)
    for file in (ours / name, theirs / "record.tlog-proof"):
        damage(file, PROOF, way)
    verdict = verify(ours, [log.key.vkey])
    assert [str(name)] == [one.file for one in verdict.faults]
    answer = run(go_oracle, theirs)
    # A line more behind the last signature is none of Go's business; ours looks at every line.
    assert not answer.accepted


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("which", ("records", "streams"))
def test_damage_to_what_a_part_shows(which, way, log: MadeLog, part: Path, tmp_path: Path):
    """A record or the proof of how its stream ended: each is named when it is changed or missing."""
    folder = shutil.copytree(part, tmp_path / "b")
    file = min((folder / which).iterdir())
    damage(file, PIECES, way)
    verdict = verify(folder, [log.key.vkey])
    assert not verdict.proven
    assert file.relative_to(folder).as_posix() in {one.file for one in verdict.faults}


@pytest.mark.parametrize("way", WAYS)
def test_another_verifier_refuses_damage_as_well(way, log: MadeLog, whole: Path, aics: Path, tmp_path: Path):
    """`aics-tlog`: a head and a tile that are not what was signed, and a record that is another one."""
    folder, key, record = shutil.copytree(whole, tmp_path / "b"), tmp_path / "key", tmp_path / "record"
    key.write_text(log.key.vkey)
    record.write_bytes(log.records[INDEX])
    included = ("verify-inclusion", "--index", str(INDEX), "--tiles", folder, "--vkey-file", key, "--leaf", record)
    assert run(aics, *included).accepted
    for file, kind in ((folder / "tile/0/001", HASHES), (folder / "checkpoint", LINES), (record, PIECES)):
        sound = file.read_bytes()
        damage(file, kind, way)
        assert not run(aics, *included).accepted
        file.write_bytes(sound)
