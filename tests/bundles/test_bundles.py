"""What bundles prove, in a folder and in an archive."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from events.proof.notes import Cosigner
from events.proof.tiles import entries_of, tiles_of
from services.bundles.errors import BundleError
from services.bundles.verify import verify
from services.bundles.write import Exporter
from tests.bundles.made import ORG, MadeLog
from tests.project.files import ROOT


@pytest.mark.parametrize("size", (0, 1, 2, 255, 256, 257, 513))
def test_a_whole_log_is_proven(size, tmp_path: Path):
    """Also an empty log, one of one record, and those around a full tile."""
    made = MadeLog().fill(size)
    bundle = made.export(tmp_path / "b")
    verdict = verify(bundle, [made.key.vkey])
    assert verdict.sound, verdict.faults
    assert any(f"All {size:,} records are here" in one for one in verdict.proven)
    found = {path.relative_to(bundle).as_posix() for path in (bundle / "tile").rglob("*") if path.is_file()}
    assert {one.path for one in tiles_of(size)} | {one.path for one in entries_of(size)} == found


def test_many_records_need_tiles_of_tiles_of_tiles(tmp_path: Path):
    """Beyond 65,536 records there is a third row of tiles."""
    made = MadeLog().fill(1)
    for _ in range(66_000):
        made.put(*made.kept[0][:3], made.records[0])
    bundle = made.export(tmp_path / "b")
    verdict = verify(bundle, [made.key.vkey])
    assert (bundle / "tile/2/000.p/1").exists()
    assert {"broken_stream", "broken_chain"} >= {one.code for one in verdict.faults}


def test_a_relationship_is_proven_to_its_end(log: MadeLog, part: Path):
    """Every record of its stream is there with a receipt, and that there are no more; the others are hashes."""
    verdict = verify(part, [log.key.vkey])
    assert verdict.sound, verdict.faults
    shown = [position for position, one in enumerate(log.kept) if one[0].endswith("2")]
    assert {str(one) for one in (*shown, 534)} == {path.name for path in (part / "records").iterdir()}
    assert any(f"The {len(shown)} records, of 1 stream," in one for one in verdict.proven)
    assert any("complete, its end included, as the log stated it of its first 534" in one for one in verdict.proven)
    assert any("none of the 4 records after those" in one for one in verdict.not_proven)
    assert not list((part / "tile").rglob("entries/*"))


def test_a_part_holds_nothing_of_the_others(log: MadeLog, part: Path):
    """Of records that are not shown there is no byte in the bundle but their hashes."""
    shown = {int(path.name) for path in (part / "records").iterdir()}
    everything = b"".join(path.read_bytes() for path in part.rglob("*") if path.is_file())
    for position, record in enumerate(log.records):
        salt = json.loads(record)["salt"].encode()
        assert (position in shown) == (salt in everything)


@pytest.mark.parametrize("number", (None, 2))
def test_an_archive_is_the_same_evidence(number, log: MadeLog, tmp_path: Path):
    """A .zip has the same files as the folder, is proven as it is, and has the same bytes each time."""
    folder = log.export(tmp_path / "folder", number)
    first, second = (log.export(tmp_path / name, number) for name in ("a.zip", "b.zip"))
    assert first.read_bytes() == second.read_bytes()
    with zipfile.ZipFile(first) as archive:
        assert {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()} == {
            *archive.namelist()
        }
        for name in archive.namelist():
            assert (folder / name).read_bytes() == archive.read(name)
    inside, outside = verify(first, [log.key.vkey]), verify(folder, [log.key.vkey])
    assert inside.sound
    assert inside == outside


def test_the_check_needs_neither_database_nor_network():
    """Nothing of either is even loaded by it."""
    loaded = "{'sqlalchemy', 'psycopg', 'redis', 'flask', 'socket', 'http.client'} & sys.modules.keys()"
    code = f"import sys, services.bundles.verify; sys.exit(bool({loaded}))"
    assert 0 == subprocess.run([sys.executable, "-c", code], cwd=ROOT, timeout=60, check=False).returncode


def test_no_key_is_in_a_bundle(log: MadeLog, whole: Path, part: Path):
    """Whoever could take the key from the bundle would believe whoever made it."""
    key = log.key.vkey.split("+")[2].encode()
    for bundle in (whole, part):
        assert not any(key in path.read_bytes() for path in bundle.rglob("*") if path.is_file())


def test_a_witness_is_named(tmp_path: Path):
    """A cosignature by a key that was given says who saw the head, and when."""
    made = MadeLog().fill(3)
    bundle = made.export(tmp_path / "b")
    witness = Cosigner.of("witness.example/w", bytes(32))
    note = (bundle / "checkpoint").read_bytes()
    (bundle / "checkpoint").write_bytes(note + witness.cosign(made.tree_head().text, 1_780_000_000).encode())
    verdict = verify(bundle, [made.key.vkey, witness.vkey])
    assert verdict.sound
    assert any("witness.example/w" in one and "2026-05-28" in one for one in verdict.proven)
    assert not any("witness.example/w" in one for one in verify(bundle, [made.key.vkey]).proven)


def test_nothing_is_written_over(log: MadeLog, tmp_path: Path):
    """What stands at the place already stays as it is."""
    (tmp_path / "b").mkdir()
    with pytest.raises(BundleError) as refused:
        log.export(tmp_path / "b")
    assert "target_exists" == refused.value.code
    with pytest.raises(BundleError) as refused:
        log.export(tmp_path / "missing" / "b")
    assert "unwritable_target" == refused.value.code


def test_half_a_bundle_is_none(log: MadeLog, tmp_path: Path):
    """When making it fails nothing is left, in a folder or in an archive."""
    made = MadeLog().fill(3).state()
    made.signed_at = 4
    made.entries = lambda org, entries: None  # type: ignore[method-assign]  # of this one log
    for name in ("b", "b.zip"):
        with pytest.raises(BundleError) as refused:
            made.export(tmp_path / name)
        assert "log_too_short" == refused.value.code
    assert [] == list(tmp_path.iterdir())


def test_a_log_that_nobody_signed_has_no_bundle(tmp_path: Path):
    """Nor is there one of a part before the log says how its streams ended; nor of a stream that is not there."""
    made = MadeLog().fill(3)
    with pytest.raises(BundleError) as refused:
        made.export(tmp_path / "b", number=1)
    assert "no_streams_root" == refused.value.code
    with pytest.raises(BundleError) as refused:
        made.state().export(tmp_path / "b", number=77)
    assert "unknown_stream" == refused.value.code
    made.latest = lambda org: None  # type: ignore[method-assign]  # of this one log
    with pytest.raises(BundleError) as refused:
        Exporter(made, made).organisation(ORG, tmp_path / "b")
    assert "no_checkpoint" == refused.value.code
