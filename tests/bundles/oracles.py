"""Programs that this project did not write: Go's checksum database code, `aics-tlog`, `openssl`."""

from __future__ import annotations

import os
import shutil
import subprocess
from base64 import b64encode
from dataclasses import dataclass
from pathlib import Path

from events.proof.receipts import Receipt
from events.proof.tree import consistency_proof, inclusion_proof
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
    """A copy of a whole log's bundle with what the Go program asks for beside it: key, older head, a record, proofs."""
    shutil.copytree(bundle, folder)
    size = len(made.records)
    hash_at = made.hash_at(made.org, size)
    note = (bundle / "checkpoint").read_bytes()
    lines = "".join(f"{b64encode(one).decode()}\n" for one in consistency_proof(old, size, hash_at))
    receipt = Receipt(index=index, proof=inclusion_proof(index, size, hash_at), checkpoint=note)
    (folder / "vkey").write_text(made.key.vkey)
    (folder / "checkpoint.old").write_bytes(made.checkpoint(old))
    (folder / "record").write_bytes(made.records[index])
    (folder / "record.tlog-proof").write_bytes(receipt.to_bytes())
    (folder / "add-checkpoint").write_bytes(f"old {old}\n{lines}\n".encode() + note)
    return folder
