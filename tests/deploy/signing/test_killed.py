"""kill -9 at any moment: the signer never says two things that do not go together."""

import itertools
import multiprocessing
import os
import random
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path

import pytest

from deploy.embedded.processes import free_port, until
from deploy.signing.desk import Desk
from deploy.signing.folder import open_signer_folder
from events.errors import SignerRefused, SignerUnavailable
from events.proof.checkpoint import Checkpoint, parse_checkpoint
from events.proof.notes import parse_note
from tests.deploy.signing.chain import FORGED, ORIGIN, TRUE
from tests.deploy.signing.victim import live
from workers.signing import HttpSigner

PROJECT = Path(__file__).resolve().parents[3]
PROCESSES = multiprocessing.get_context("forkserver")  # a fork of this process would take its threads' locks along
PROCESSES.set_forkserver_preload(["tests.deploy.signing.victim"])


def died(root: Path, last: int) -> list[bytes]:
    """What a signer gave out that was killed before the write of that number, or that lived."""
    receiver, sender = PROCESSES.Pipe(duplex=False)
    process = PROCESSES.Process(target=live, args=(root, sender, last))
    process.start()
    sender.close()
    told = []
    with suppress(EOFError):
        while True:
            told.append(receiver.recv_bytes())
    process.join()
    assert process.exitcode in {0, -signal.SIGKILL}
    assert (process.exitcode == 0) == (told[-1:] == [b"lived"])
    return told


def head(note: bytes) -> Checkpoint:
    """The tree head of a note."""
    return parse_checkpoint(parse_note(note).text)


def test_signer_killed_between_any_two_writes_contradicts_nothing_that_it_gave_out(tmp_path):
    """After each death the next signer remembers all that was given out, signs its continuation and no other."""
    for last in itertools.count():
        root = tmp_path / str(last)
        told = died(root, last)
        notes = [one for one in told if one.startswith(b"mentorledger/log/") and b"\n" in one]
        vkeys = [one.decode() for one in told if one not in notes and one != b"lived"]
        with open_signer_folder(root) as folder:
            _goes_on(Desk(folder), notes, vkeys)
            assert not list(root.glob(".*"))
        if told[-1:] == [b"lived"]:
            break
    assert last > 40, "it was killed at each of its writes"


def _goes_on(desk: Desk, notes: list[bytes], vkeys: list[str]) -> None:
    state = desk.state(ORIGIN)
    given = max((head(note).size for note in notes), default=0)
    assert given <= state.size
    assert TRUE.root(state.size) == state.root
    assert set(vkeys) <= {key.vkey for key in desk.keys(ORIGIN)}
    if notes and head(notes[-1]).size == state.size and len(desk.keys(ORIGIN)) == 1:
        assert notes[-1] == TRUE.signed(desk, state.size)
    for size in range(1 if given else 99, state.size + 3):
        with_proof = FORGED.proof(state.size, size) if state.size <= size else []
        with pytest.raises(SignerRefused) as refused:
            desk.sign(ORIGIN, state.size, with_proof, size, FORGED.root(size))
        assert refused.value.code in {"inconsistent", "went_back"}
    assert Checkpoint(ORIGIN, 20, TRUE.root(20)) == head(TRUE.signed(desk, 20))


def test_killed_process_is_followed_by_one_that_remembers(tmp_path):
    """The real process, killed while it is asked, again and again: no size ever has two roots, none goes back."""
    url = f"http://:hidden@127.0.0.1:{free_port()}"
    chance, given = random.Random(4), [0]
    for _ in range(5):
        with signing(tmp_path, url) as process:
            signer = HttpSigner(url, seconds=20.0)
            assert until(partial(_serves, signer), 30)
            assert given[-1] <= signer.state(ORIGIN).size
            threading.Timer(chance.uniform(0.02, 0.2), process.kill).start()
            with suppress(SignerUnavailable):
                while True:
                    size = signer.state(ORIGIN).size + 1
                    found = head(TRUE.signed(signer, size))
                    assert Checkpoint(ORIGIN, size, TRUE.root(size)) == found
                    given.append(size)
            assert -signal.SIGKILL == process.wait()
    assert sorted(set(given)) == given


@contextmanager
def signing(folder: Path, url: str) -> Iterator["subprocess.Popen[bytes]"]:
    """The signer's process; it is gone afterwards."""
    environment = os.environ | {"SIGNER_URL": url, "MENTORLEDGER_SIGNER_DATA": str(folder / "signer")}
    with (folder / "log").open("ab") as log:
        process = subprocess.Popen([sys.executable, "-m", "deploy.signer"], env=environment, cwd=PROJECT, stderr=log)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def _serves(signer: HttpSigner) -> bool:
    try:
        signer.check()
    except SignerUnavailable:
        return False
    return True
