"""Bundles by somebody who means harm: each gets a clear fault, and nothing outside of it is touched."""

from __future__ import annotations

import json
import os
import shutil
import struct
import zipfile
from pathlib import Path
from uuid import UUID

import pytest

from events.proof.checkpoint import Checkpoint, origin_of, signed
from events.proof.notes import SigningKey, Verifier
from events.proof.receipts import Receipt
from events.proof.tree import inclusion_proof
from services.bundles.faults import MOST, Verdict
from services.bundles.verify import verify
from tests.bundles.made import MadeLog, relationship, rewritten


@pytest.fixture
def folder(whole: Path, tmp_path: Path) -> Path:
    return shutil.copytree(whole, tmp_path / "b")


def codes(verdict: Verdict) -> set[str]:
    """The faults of a verdict, of which there are some."""
    assert not verdict.sound
    return {one.code for one in verdict.faults}


def test_links_are_not_followed(log: MadeLog, folder: Path, tmp_path: Path):
    """A link in the place of a file, and one to a folder outside, are named; what they lead to is not read."""
    outside = tmp_path / "secret"
    shutil.move(folder / "tile/entries/000", outside)
    (folder / "tile/entries/000").symlink_to(outside)
    shutil.move(folder / "schemas", tmp_path / "schemas")
    (folder / "schemas").symlink_to(tmp_path / "schemas")
    found = {(one.code, one.file) for one in verify(folder, [log.key.vkey]).faults}
    assert {("link", "tile/entries/000"), ("link", "schemas"), ("missing_file", "tile/entries/000")} <= found


def test_a_pipe_does_not_keep_the_check_waiting(log: MadeLog, folder: Path):
    """A named pipe in the place of a file would never end."""
    (folder / "checkpoint").unlink()
    os.mkfifo(folder / "checkpoint")
    assert {"link", "missing_file"} == codes(verify(folder, [log.key.vkey]))


def test_strange_files_are_named(log: MadeLog, folder: Path):
    """What nothing vouches for may not stand among the evidence: another's name, another size, a key."""
    names = ("key.pub", "tile/0/003", "tile/0/0", "tile/entries/000.p/5", "records/7", "records/07", "tile/3/000.p/1")
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(b"x")
    verdict = verify(folder, [log.key.vkey])
    assert {"unexpected_file"} == codes(verdict)
    assert set(names) == {one.file for one in verdict.faults}


LONG = {"checkpoint": 1_000_001, "manifest.json": 1_000_001, "tile/0/000": 8_193, "tile/entries/000": 256 * 65_537 + 1}


@pytest.mark.parametrize("name", LONG)
def test_long_files_are_not_read(name, log: MadeLog, folder: Path):
    """A file may be as long as its kind can be."""
    with (folder / name).open("r+b") as file:
        file.truncate(LONG[name])
    assert ("too_large", name) in {(one.code, one.file) for one in verify(folder, [log.key.vkey]).faults}


def packed(folder: Path, archive: Path, compression: int = zipfile.ZIP_STORED) -> Path:
    """An archive of the folder."""
    with zipfile.ZipFile(archive, "w", compression) as made:
        for path in sorted(folder.rglob("*")):
            made.write(path, path.relative_to(folder))
    return archive


@pytest.mark.parametrize("name", ("../out", "/etc/passwd", "tile/../../out", "C:out", "a\\b", "..", "tile/./x/.."))
def test_names_that_lead_out_of_an_archive(name, log: MadeLog, folder: Path, tmp_path: Path):
    """They are named; nothing is ever unpacked."""
    archive = packed(folder, tmp_path / "b.zip")
    with zipfile.ZipFile(archive, "a") as made:
        made.writestr(zipfile.ZipInfo(name), b"x")
    assert {"bad_path"} == codes(verify(archive, [log.key.vkey]))


def test_an_archive_packed_by_other_programs_is_read(log: MadeLog, folder: Path, tmp_path: Path):
    """Folders among its members and other times do not matter."""
    assert verify(packed(folder, tmp_path / "b.zip"), [log.key.vkey]).sound


def test_bombs_are_not_opened(log: MadeLog, folder: Path, tmp_path: Path):
    """Compressed members are refused as such, however small they look."""
    (folder / "tile/entries/000").write_bytes(bytes(16_000_000))
    archive = packed(folder, tmp_path / "b.zip", zipfile.ZIP_DEFLATED)
    assert {"compressed_file", "missing_file"} == codes(verify(archive, [log.key.vkey]))


def test_links_and_doubles_in_an_archive(log: MadeLog, folder: Path, tmp_path: Path):
    """A member that says it is a link, and two of one name."""
    archive = packed(folder, tmp_path / "b.zip")
    link = zipfile.ZipInfo("README2")
    link.external_attr = 0o120777 << 16
    with zipfile.ZipFile(archive, "a") as made:
        made.writestr(link, b"/etc/passwd")
        with pytest.warns(UserWarning, match="Duplicate name"):
            made.writestr("checkpoint", b"x")
    assert {"link", "duplicate_file"} <= codes(verify(archive, [log.key.vkey]))


@pytest.mark.parametrize("part", (0.0, 0.3, 0.9, 0.999))
def test_a_truncated_archive(part, log: MadeLog, folder: Path, tmp_path: Path):
    """Half a download is no bundle."""
    data = packed(folder, tmp_path / "b.zip").read_bytes()
    (tmp_path / "c.zip").write_bytes(data[: int(len(data) * part)])
    assert {"bad_archive"} == codes(verify(tmp_path / "c.zip", [log.key.vkey]))


def test_a_flipped_byte_in_an_archive(log: MadeLog, folder: Path, tmp_path: Path):
    """The archive's own sums, or our check, name the file."""
    data = bytearray(packed(folder, tmp_path / "b.zip").read_bytes())
    at = data.index(log.records[3]) + 90
    data[at] ^= 1
    (tmp_path / "b.zip").write_bytes(data)
    verdict = verify(tmp_path / "b.zip", [log.key.vkey])
    assert ("unreadable_file", "tile/entries/000") == (verdict.faults[0].code, verdict.faults[0].file)


def test_no_bundle_at_all(log: MadeLog, tmp_path: Path):
    """Nothing, an empty folder, and a file that is something else."""
    (tmp_path / "empty").mkdir()
    (tmp_path / "text").write_text("hello")
    found = [codes(verify(tmp_path / name, [log.key.vkey])) for name in ("nowhere", "empty", "text")]
    assert [{"no_bundle"}, {"missing_file"}, {"bad_archive"}] == found


def test_keys_that_do_not_fit(log: MadeLog, folder: Path):
    """Another log's key, another key of the same name, one of an unknown algorithm, no key."""
    other, twin = SigningKey.of("mentorledger/log/other", bytes(32)), SigningKey.of(log.key.name, bytes(32))
    found = [codes(verify(folder, keys)) for keys in ([other.vkey], [twin.vkey], ["nonsense"], [])]
    assert [{"no_known_signature"}, {"no_known_signature"}, {"bad_vkey"}, {"no_known_signature"}] == found


def test_another_log_is_not_taken_for_it(log: MadeLog, folder: Path):
    """A sound log, signed, whose origin is no log of ours."""
    made = MadeLog(key=SigningKey.of("example.org/log", bytes(32)))
    (folder / "checkpoint").write_bytes(made.fill(3).checkpoint())
    assert {"foreign_log"} == codes(verify(folder, [made.key.vkey]))


def test_an_enormous_size_ends_at_once(log: MadeLog, folder: Path):
    """A size of 2^53-1, validly signed, does not make the check count to it."""
    text = f"{log.key.name}\n{2**53 - 1}\n{'A' * 43}=\n"
    (folder / "checkpoint").write_text(f"{text}\n{log.key.sign(text)}")
    manifest = json.loads((folder / "manifest.json").read_bytes()) | {"size": 2**53 - 1}
    (folder / "manifest.json").write_bytes(rewritten(manifest))
    assert {"missing_file"} == codes(verify(folder, [log.key.vkey]))


CLAIMS = (
    ({"format": "mentorledger-bundle/2"}, "unknown_format"),
    ({"size": 7}, "manifest_differs"),
    ({"origin": "mentorledger/log/other"}, "manifest_differs"),
    ({"scope": {"kind": "organisation", "id": "other"}}, "manifest_differs"),
    ({"scope": {"kind": "galaxy", "id": "x"}}, "bad_manifest"),
    ({"streams_root": {"position": 9_999, "size": 1}}, "manifest_differs"),
    ({"streams_root": {"position": 5, "size": 5}}, "manifest_differs"),
    ({"streams_root": {"position": 5, "size": -5}}, "manifest_differs"),
    ({"streams_root": None}, "unexpected_file"),
    ({"more": 1}, "bad_manifest"),
    ({"size": "7"}, "bad_manifest"),
)


@pytest.mark.parametrize(("changes", "code"), CLAIMS)
def test_false_claims(changes, code, log: MadeLog, folder: Path):
    """Nobody signed the manifest, so nothing in it is believed."""
    manifest = json.loads((folder / "manifest.json").read_bytes()) | changes
    (folder / "manifest.json").write_bytes(rewritten(manifest))
    assert code in codes(verify(folder, [log.key.vkey]))


def test_a_whole_log_does_not_pass_for_a_part(log: MadeLog, folder: Path):
    """A bundle that calls itself something else than it is lacks what that must have."""
    manifest = json.loads((folder / "manifest.json").read_bytes())
    manifest["scope"] = {"kind": "relationship", "id": "00000000-0000-0000-0000-000000000002"}
    (folder / "manifest.json").write_bytes(rewritten(manifest))
    assert {"unexpected_file", "missing_file"} == codes(verify(folder, [log.key.vkey]))


def test_stream_heads_are_held_against_the_records(log: MadeLog, folder: Path):
    """A changed line, one less and one more are named."""
    lines = (folder / "streams.ndjson").read_bytes().splitlines(keepends=True)
    for changed in (lines[1:], [*lines, lines[-1]], [lines[0].replace(b'"version":', b'"version":1'), *lines[1:]]):
        (folder / "streams.ndjson").write_bytes(b"".join(changed))
        assert {"head_differs"} == codes(verify(folder, [log.key.vkey]))
    (folder / "streams.ndjson").unlink()
    assert {"missing_file"} == codes(verify(folder, [log.key.vkey]))


def test_many_faults_are_counted_and_the_first_told(log: MadeLog, folder: Path):
    """A thousand strange files do not hide what the summary says."""
    for number in range(MOST + 50):
        (folder / f"strange{number}").touch()
    verdict = verify(folder, [log.key.vkey])
    assert (MOST, MOST + 50) == (len(verdict.faults), verdict.faults_found)


def test_entries_with_lengths_that_lie(log: MadeLog, folder: Path):
    """A record that claims to be longer than its file."""
    (folder / "tile/entries/002.p/27").write_bytes(struct.pack(">H", 65_535) + b"x")
    first = verify(folder, [log.key.vkey]).faults[0]
    assert ("bad_entries", "tile/entries/002.p/27", 512) == (first.code, first.file, first.position)


def _under(log: MadeLog, position: int, head: Checkpoint, key: SigningKey) -> bytes:
    """A receipt of one of the log's records under some head."""
    path = inclusion_proof(position, head.size, log.hash_at(log.org, head.size))
    return Receipt(position, tuple(path), signed(head, [key])).to_bytes()


def test_a_receipt_is_under_the_checkpoint_of_the_bundle(log: MadeLog, part: Path, tmp_path: Path):
    """Not under a fork that the same key signed, an older head, or the head of another log whose key was given."""
    folder = shutil.copytree(part, tmp_path / "p")
    at = min(int(path.name) for path in (folder / "records").iterdir())
    stranger = SigningKey.of(origin_of(UUID(int=7)), bytes(32))
    fork = MadeLog()
    for stream, type_, version, _ in log.kept[: at + 1]:
        fork.put(stream, type_, version, log.records[at])
    cases = {
        "fork": (fork, fork.tree_head(at + 1), log.key),
        "older": (log, log.tree_head(300), log.key),
        "another log": (log, Checkpoint(stranger.name, 539, log.tree_head(539).root), stranger),
    }
    for made, head, key in cases.values():
        (folder / f"receipts/{at}.tlog-proof").write_bytes(_under(made, at, head, key))
        found = verify(folder, [log.key.vkey, stranger.vkey]).faults
        assert [("receipt_differs", f"receipts/{at}.tlog-proof", at)] == [
            (one.code, one.file, one.position) for one in found
        ]


def test_only_keys_that_signed_are_named(log: MadeLog, whole: Path):
    """Of two keys of the same name the verdict names the one whose signature is there."""
    other = SigningKey.of(log.key.name, bytes(32))
    [first, *_] = verify(whole, [other.vkey, log.key.vkey]).proven
    names = [Verifier.of(key.vkey).fingerprint for key in (log.key, other)]
    assert [True, False] == [name in first for name in names]


def test_what_came_after_a_statement_is_said_to_be_open(tmp_path: Path):
    """Where others wrote while the log stated its streams, the statement is the last record, and does not cover all."""
    made = MadeLog().fill(40)
    statement = MadeLog(records=[*made.records], kept=[*made.kept], heads={**made.heads}).state().kept[-1]
    stated = MadeLog().fill(40).state().records[-1]
    made.fill(20)
    made.put(statement[0], statement[1], 1, stated)
    verdict = verify(made.export(tmp_path / "p", number=2), [made.key.vkey])
    assert verdict.sound, verdict.faults
    assert any("none of the 20 records after those" in one for one in verdict.not_proven)


def test_many_faults_of_records_are_counted(log: MadeLog, tmp_path: Path):
    """More than are told, in the right number."""
    made = MadeLog()
    for position, (stream, type_, version, _) in enumerate(log.kept[:250]):
        made.put(stream, type_, version, log.records[position] + b" ")
    verdict = verify(made.export(tmp_path / "b"), [made.key.vkey])
    assert {"bad_record"} == codes(verdict)
    assert (MOST, 250) == (len(verdict.faults), verdict.faults_found)


def test_a_missing_tile_is_named_once(log: MadeLog, part: Path, tmp_path: Path):
    """However many records lean on it."""
    folder = shutil.copytree(part, tmp_path / "p")
    (folder / "tile/0/000").unlink()
    found = [one for one in verify(folder, [log.key.vkey]).faults if one.code == "missing_file"]
    assert ["tile/0/000"] == [one.file for one in found]


def _packed(folder: Path, archive: Path) -> Path:
    with zipfile.ZipFile(archive, "w") as packed:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                packed.write(path, path.relative_to(folder).as_posix())
    return archive


def test_an_archive_holds_its_files_and_nothing_else(log: MadeLog, folder: Path, tmp_path: Path):
    """Bytes in front of it, a comment, a folder that is a file, a file that is not what its sum says."""
    good = _packed(folder, tmp_path / "b.zip")
    assert verify(good, [log.key.vkey]).sound
    data = good.read_bytes()
    (tmp_path / "front.zip").write_bytes(b"x" * 300 + data)
    assert {"bad_archive"} == codes(verify(tmp_path / "front.zip", [log.key.vkey]))
    shutil.copy(good, tmp_path / "comment.zip")
    with zipfile.ZipFile(tmp_path / "comment.zip", "a") as archive:
        archive.comment = b"verified by nobody"
    assert {"bad_archive"} == codes(verify(tmp_path / "comment.zip", [log.key.vkey]))
    shutil.copy(good, tmp_path / "folder.zip")
    with zipfile.ZipFile(tmp_path / "folder.zip", "a") as archive:
        archive.writestr("evil/", b"x" * 700)
    assert {"link"} == codes(verify(tmp_path / "folder.zip", [log.key.vkey]))
    text = (folder / "README.txt").read_bytes()
    assert 1 == data.count(text)
    (tmp_path / "sum.zip").write_bytes(data.replace(text, b"Y" + text[1:]))
    assert {("unreadable_file", "README.txt")} == {
        (one.code, one.file) for one in verify(tmp_path / "sum.zip", [log.key.vkey]).faults
    }


@pytest.mark.parametrize("name", ("manifest.json", f"streams/relationship-{relationship(2)}.json"))
def test_a_document_can_be_read_in_one_way_only(log: MadeLog, part: Path, tmp_path: Path, name: str):
    """A member that is there twice, a blank, a number with a fraction: two readers could see two claims."""
    folder = shutil.copytree(part, tmp_path / "p")
    right = (folder / name).read_bytes()
    assert verify(folder, [log.key.vkey]).sound
    for wrong in (
        right.replace(b'"size":', b'"size":7,"size":', 1),
        right.replace(b'":', b'": ', 1),
        right.replace(b'"size":539', b'"size":539.0').replace(b'"version":', b'"version":0.0,"version":'),
        right.rstrip(),
    ):
        assert wrong != right
        (folder / name).write_bytes(wrong)
        assert {"bad_manifest" if name == "manifest.json" else "bad_stream_proof"} <= codes(
            verify(folder, [log.key.vkey])
        )
