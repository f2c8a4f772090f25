"""The yardstick of a check: a program made of the code of Go's checksum database (golang.org/x/mod/sumdb)."""

from __future__ import annotations

import os
import shutil
import subprocess
from base64 import b64encode
from dataclasses import dataclass
from pathlib import Path

from deploy.errors import DeployError
from events.proof.receipts import Receipt
from events.proof.tree import HashAt, consistency_proof, inclusion_proof
from events.treestore import StoredCheckpoint


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What the program checks beside the bundle: an older head, and one record."""

    vkey: str
    before: StoredCheckpoint
    last: StoredCheckpoint
    index: int
    record: bytes


def build(folder: Path) -> Path:
    """Build the program from its source in SHARED_DIR; raises DeployError `no_yardstick`."""
    source = Path(os.environ.get("SHARED_DIR", "../shared")) / "oracle" / "go.sh"
    if not source.is_file() or shutil.which("go") is None:
        sentence = "The yardstick is missing: install Go (golang-go, golang-golang-x-mod-dev) and set SHARED_DIR."
        raise DeployError("no_yardstick", sentence)
    program = folder / "tlog-oracle"
    environment = os.environ | {"GOCACHE": str(folder / "gocache")}
    subprocess.run(["/bin/sh", str(source), str(program)], env=environment, check=True, capture_output=True)
    return program


def beside(bundle: Path, folder: Path, asked: Asked, hash_at: HashAt) -> None:
    """Make the folder that the program takes: the bundle's files by links, and what it asks for beside them."""
    folder.mkdir()
    for name in ("checkpoint", "tile"):
        (folder / name).symlink_to(bundle / name)
    old, size = asked.before.size, asked.last.size
    consistency = "".join(f"{b64encode(one).decode()}\n" for one in consistency_proof(old, size, hash_at))
    proof = inclusion_proof(asked.index, size, hash_at)
    receipt = Receipt(index=asked.index, proof=proof, checkpoint=asked.last.note)
    files = {
        "vkey": asked.vkey.encode(),
        "checkpoint.old": asked.before.note,
        "record": asked.record,
        "record.tlog-proof": receipt.to_bytes(),
        "add-checkpoint": f"old {old}\n{consistency}\n".encode() + asked.last.note,
    }
    for name, data in files.items():
        (folder / name).write_bytes(data)
