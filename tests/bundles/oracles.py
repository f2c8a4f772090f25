"""Programs that this project did not write: Go's checksum database code, `aics-tlog`, `openssl`."""

from __future__ import annotations

import os
import shutil
import subprocess
from base64 import b64encode
from dataclasses import dataclass
from pathlib import Path

from events.proof.checkpoint import parse_checkpoint
from events.proof.notes import parse_note
from events.proof.receipts import Receipt
from events.proof.tiles import WIDTH, Entries, decode_entries
from events.proof.tree import HashAt, consistency_proof, inclusion_proof
from tests.bundles.made import MadeLog
from tests.project.files import ROOT

AICS = ROOT / ".venv-oracles" / "bin" / "aics-tlog"


@dataclass(frozen=True)
class Answer:
    """How a program ended, and what it said."""

    accepted: bool
    said: str


def run(*words: str | Path) -> Answer:
    """Run a program to its end."""
    done = subprocess.run(words, capture_output=True, text=True, timeout=60, check=False)
    return Answer(done.returncode == 0, done.stdout + done.stderr)


def build_go_oracle(shared: Path, folder: Path) -> Path | None:
    """The program made of Go's own code; None where there is no Go."""
    if shutil.which("go") is None:
        return None
    program = folder / "tlog-oracle"
    environment = os.environ | {"GOCACHE": str(folder / "gocache"), "HOME": str(folder)}
    command = ["sh", str(shared / "oracle" / "go.sh"), str(program)]
    subprocess.run(command, env=environment, check=True, capture_output=True, timeout=240)
    return program


def for_go(made: MadeLog, bundle: Path, folder: Path, *, old: int, index: int) -> Path:
    """A copy of a made log's bundle with what the Go program asks for beside it."""
    hash_at = made.hash_at(made.org, len(made.records))
    return beside(bundle, folder, made.key.vkey, hash_at, old=made.checkpoint(old), index=index)


def beside(bundle: Path, folder: Path, vkey: str, hash_at: HashAt, *, old: bytes, index: int) -> Path:
    """A copy of a whole log's bundle with what the Go program asks for beside it: key, older head, a record, proofs."""
    shutil.copytree(bundle, folder)
    note = (bundle / "checkpoint").read_bytes()
    size, before = (parse_checkpoint(parse_note(one).text).size for one in (note, old))
    entries = Entries(index // WIDTH, min(WIDTH, size - index // WIDTH * WIDTH))
    record = decode_entries((bundle / entries.path).read_bytes(), entries.width)[index % WIDTH]
    lines = "".join(f"{b64encode(one).decode()}\n" for one in consistency_proof(before, size, hash_at))
    receipt = Receipt(index=index, proof=inclusion_proof(index, size, hash_at), checkpoint=note)
    (folder / "vkey").write_text(vkey)
    (folder / "checkpoint.old").write_bytes(old)
    (folder / "record").write_bytes(record)
    (folder / "record.tlog-proof").write_bytes(receipt.to_bytes())
    (folder / "add-checkpoint").write_bytes(f"old {before}\n{lines}\n".encode() + note)
    return folder
