"""Programs of others accept our bundles as they are."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest

from tests.bundles.made import MadeLog
from tests.bundles.oracles import for_go, run

SIZES = (1, 2, 255, 256, 257, 600)


@pytest.mark.parametrize("size", SIZES)
def test_the_go_checksum_database_accepts_a_whole_log(size, go_oracle: Path, tmp_path: Path):
    """Checkpoint, inclusion, consistency, tiles and all entries, by code of golang.org/x/mod/sumdb."""
    made = MadeLog().fill(size)
    folder = for_go(made, made.export(tmp_path / "b"), tmp_path / "go", old=max(1, size // 3), index=size // 2)
    answer = run(go_oracle, folder)
    assert answer.accepted, answer.said
    assert f"all {size} entries match the leaves under the signed root" in answer.said


def test_aics_tlog_accepts_bundles(log: MadeLog, whole: Path, part: Path, aics: Path, tmp_path: Path):
    """Checkpoint, inclusion from tiles and consistency from tiles; of a part the tiles hold all leaves as well."""
    key, old, record = tmp_path / "key", tmp_path / "old", tmp_path / "record"
    key.write_text(log.key.vkey)
    old.write_bytes(log.checkpoint(77))
    record.write_bytes(log.records[300])
    for bundle in (whole, part):
        for words in (
            ("verify-checkpoint", "--note", bundle / "checkpoint"),
            ("verify-inclusion", "--leaf", record, "--index", "300", "--tiles", bundle),
            ("verify-consistency", "--old-checkpoint", old, "--tiles", bundle),
        ):
            answer = run(aics, *words, "--vkey-file", key)
            assert answer.accepted, answer.said


def test_openssl_accepts_the_signature(log: MadeLog, whole: Path, tmp_path: Path):
    """The note is an ordinary Ed25519 signature of its text."""
    text, line = (whole / "checkpoint").read_bytes().split(b"\n\n")
    signature = base64.b64decode(line.split()[-1])[4:]
    public = base64.b64decode(log.key.vkey.split("+", 2)[2])[1:]
    files = {"text": text + b"\n", "signature": signature, "key": bytes.fromhex("302a300506032b6570032100") + public}
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    key = ("-pubin", "-keyform", "DER", "-inkey", tmp_path / "key")
    verify = ("openssl", "pkeyutl", "-verify", *key, "-rawin", "-in", tmp_path / "text")
    assert run(*verify, "-sigfile", tmp_path / "signature").accepted
    (tmp_path / "text").write_bytes(text + b"x\n")
    assert not run(*verify, "-sigfile", tmp_path / "signature").accepted
