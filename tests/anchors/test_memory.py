"""What our witness keeps, and that it never vouches for two histories, whatever happens to its process."""

import os
import random
import signal
import socket
import threading
import time
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor

import pytest

from deploy.errors import DeployError
from deploy.listening import listen
from deploy.main import main
from deploy.witness.errors import NotWitnessed
from deploy.witness.memory import FILE, opened_memory, origin_digest
from deploy.witness.server import MOST_BYTES, Server
from deploy.witness.witness import Witness
from events.proof.notes import Verifier, open_note
from tests.anchors.logs import TestLog
from tests.anchors.witnesses import ours
from workers.anchors.errors import AnchorUnavailable, HistoryDisputed
from workers.anchors.witness import cosign

NOW = 1_800_000_000


@pytest.fixture
def log() -> TestLog:
    return TestLog()


@pytest.fixture
def memory(tmp_path):
    with opened_memory(tmp_path / "witness", "witness.test/ours") as opened:
        yield opened


def witness_of(memory, log, clock=lambda: NOW) -> Witness:
    return Witness(memory, {log.origin: [log.verifier]}, clock)


def size_seen(memory, log) -> int:
    seen = memory.seen(log.origin)
    return 0 if seen is None else seen.size


def grown(address, log, old: int, size: int) -> None:
    """Have the log's growth cosigned."""
    cosign(address, log.note(size), old, lambda known: log.proof(known, size))


def test_what_was_cosigned_is_known_after_a_restart(tmp_path, log):
    """Key and last checkpoint come back from the folder."""
    with opened_memory(tmp_path, None) as memory:
        vkey = memory.cosigner.vkey
        witness_of(memory, log).add_checkpoint(log.body(0, 5))
    with opened_memory(tmp_path, None) as memory:
        assert vkey == memory.cosigner.vkey
        assert 5 == size_seen(memory, log)
        with pytest.raises(NotWitnessed) as caught:
            witness_of(memory, log).add_checkpoint(log.body(0, 5))
    assert ("stale", 5) == (caught.value.code, caught.value.size)


def test_the_folder_is_for_its_owner_alone(tmp_path, memory):
    """The key can be read by nobody else."""
    assert 0o700 == (tmp_path / "witness").stat().st_mode & 0o777
    assert 0o600 == (tmp_path / "witness" / FILE).stat().st_mode & 0o777


def test_a_checkpoint_that_cannot_be_kept_is_not_cosigned(memory, log, monkeypatch):
    """A full disk: no signature goes out, and the next try starts where the last good one ended."""
    witness = witness_of(memory, log)
    witness.add_checkpoint(log.body(0, 5))

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        with pytest.raises(NotWitnessed, match="No space left") as caught:
            witness.add_checkpoint(log.body(5, 9))
    assert "memory_unwritable" == caught.value.code
    assert witness.add_checkpoint(log.body(5, 7))


def test_a_clock_that_went_back_signs_nothing(memory, log):
    """A cosignature says what was the largest tree at a time: an earlier time after a later one would be untrue."""
    witness_of(memory, log).add_checkpoint(log.body(0, 5))
    with pytest.raises(NotWitnessed, match="60 s behind") as caught:
        witness_of(memory, log, lambda: NOW - 60).add_checkpoint(log.body(5, 9))
    assert "clock_behind" == caught.value.code


def test_a_contradiction_is_kept_as_evidence(tmp_path, memory, log):
    """Two validly signed histories convict the log: the request is kept, once, and what cannot convict is not."""
    witness = witness_of(memory, log)
    witness.add_checkpoint(log.body(0, 5))
    log.rewrite(2)
    for old, size in ((5, 9), (5, 9), (4, 9), (0, 5)):
        with pytest.raises(NotWitnessed):
            witness.add_checkpoint(log.body(old, size))
    kept = sorted(path.read_bytes() for path in (tmp_path / "witness" / "evidence").iterdir())
    assert sorted((log.body(5, 9), log.body(0, 5))) == kept


def test_racing_requests_never_take_the_log_back(memory, log):
    """Sizes handed in at the same time, in any order: each that is cosigned continues the one before it."""
    witness = witness_of(memory, log)
    sizes = random.Random(7).sample(range(1, 200), 60)
    cosigned: list[tuple[int, int]] = []
    lock = threading.Lock()

    def hand_in(size: int) -> None:
        old = 0
        while old <= size:
            try:
                witness.add_checkpoint(log.body(old, size))
            except NotWitnessed as refusal:
                if refusal.size is None:
                    raise
                old = refusal.size
            else:
                with lock:
                    cosigned.append((old, size))
                return

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(hand_in, sizes))
    steps = sorted(cosigned)
    assert [new for _, new in steps[:-1]] == [old for old, _ in steps[1:]]
    assert max(sizes) == size_seen(memory, log)


def test_one_folder_has_one_witness(tmp_path, memory):
    """Two processes with one key could vouch for two histories."""
    with pytest.raises(DeployError) as caught, opened_memory(tmp_path / "witness", None):
        pass
    assert "already_running" == caught.value.code


def test_a_damaged_memory_is_not_begun_anew(tmp_path, memory):
    """Whoever begins at zero with the old key would vouch for anything."""
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / FILE).write_bytes((tmp_path / "witness" / FILE).read_bytes()[:-9])
    with pytest.raises(DeployError) as caught, opened_memory(tmp_path / "other", None):
        pass
    assert "memory_damaged" == caught.value.code


@pytest.mark.parametrize(
    ("words", "code"),
    (
        (["--name", "witness.test/another"], "other_witness"),
        (["--log", "nonsense"], "bad_vkey"),
    ),
)
def test_the_command_refuses_what_it_cannot_do(tmp_path, capsys, log, words, code):
    """Another name for a witness that has one; a key that is none."""
    with opened_memory(tmp_path / "witness", "witness.test/ours"):
        pass
    assert 1 == main(["witness", "--data", str(tmp_path), "--port", "0", "--log", log.key.vkey, *words])
    assert capsys.readouterr().err.startswith(f"error [{code}]: ")


def test_a_name_that_cannot_stand_in_a_note_is_refused(tmp_path):
    """Spaces and plus signs would break the line of the signature."""
    with pytest.raises(DeployError) as caught, opened_memory(tmp_path, "two words+"):
        pass
    assert "bad_name" == caught.value.code
    assert not (tmp_path / FILE).exists()


def test_a_killed_witness_never_vouches_for_two_histories(tmp_path, log):
    """Killed at any moment while a log grows: what was answered before is known after, and a rewrite is refused."""
    dice = random.Random(11)
    believed = 0
    for _ in range(3):
        with ours(tmp_path, [log]) as (process, address):
            threading.Timer(dice.uniform(0.0, 0.2), process.kill).start()
            for size in range(believed + 1, 390):
                try:
                    grown(address, log, believed, size)
                except AnchorUnavailable:
                    break
                believed = size
    with ours(tmp_path, [log]) as (_, address):
        size = believed + 1  # the last request may have been kept without its answer having arrived
        grown(address, log, believed, size)
        log.rewrite(0)
        with pytest.raises(HistoryDisputed):
            grown(address, log, size, size + 1)


def test_the_command_ends_when_it_is_asked_to(tmp_path, log):
    """SIGTERM: exit code 0, and the folder is free."""
    with ours(tmp_path, [log]) as (process, _):
        process.send_signal(signal.SIGTERM)
        assert 0 == process.wait(30)
    with opened_memory(tmp_path / "witness", None):
        pass


@pytest.fixture
def served(memory, log):
    with listen("127.0.0.1", 0) as listener:
        server = Server(witness_of(memory, log), listener, life=1.0)
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def test_a_monitor_reads_what_was_cosigned(served, memory, log):
    """The last checkpoint under the log's address, with both signatures; 404 for any other."""
    place = f"http://127.0.0.1:{served.server_address[1]}"
    served.witness.add_checkpoint(log.body(0, 5))
    with urllib.request.urlopen(f"{place}/{origin_digest(log.origin)}/checkpoint", timeout=10) as answer:
        note = answer.read()
    keys = [log.verifier, Verifier.of(memory.cosigner.vkey)]
    assert [key.name for key in keys] == [one.name for one in open_note(note, keys).verified]
    for path in (f"{origin_digest('unknown')}/checkpoint", "", "add-checkpoint", "../witness.json"):
        with pytest.raises(urllib.error.HTTPError, match="404"):
            urllib.request.urlopen(f"{place}/{path}", timeout=10)


def told(server: Server, request: bytes) -> bytes:
    """All that the server says to a request, until it ends the connection."""
    with socket.create_connection(("127.0.0.1", server.server_address[1]), timeout=30) as connection:
        connection.sendall(request)
        found = b""
        while part := connection.recv(4096):
            found += part
        return found


@pytest.mark.parametrize(
    ("head", "status"),
    (
        ("", 411),
        ("Content-Length: many\r\n", 411),
        ("Content-Length: -5\r\n", 411),
        (f"Content-Length: {MOST_BYTES + 1}\r\n", 413),
        ("Transfer-Encoding: chunked\r\n", 411),
    ),
)
def test_a_body_of_unknown_or_too_great_length_is_not_read(served, head, status):
    """The answer comes before the body, and the connection ends."""
    request = f"POST /add-checkpoint HTTP/1.1\r\nHost: x\r\n{head}\r\n".encode()
    assert told(served, request).startswith(f"HTTP/1.1 {status} ".encode())


@pytest.mark.parametrize(
    "start", (b"", b"POST /add-", b"POST /add-checkpoint HTTP/1.1\r\nContent-Length: 50\r\n\r\nold")
)
def test_a_slow_caller_is_cut_off(served, start):
    """A connection has an end, however slowly its caller speaks."""
    begun = time.monotonic()
    told(served, start)
    assert time.monotonic() - begun < 25


def test_one_caller_does_not_keep_others_out(served, log):
    """While callers dawdle, an honest request is served."""
    with (
        socket.create_connection(("127.0.0.1", served.server_address[1])),
        socket.create_connection(("127.0.0.1", served.server_address[1])),
    ):
        content = log.body(0, 5)
        head = f"POST /add-checkpoint HTTP/1.1\r\nContent-Length: {len(content)}\r\nConnection: close\r\n\r\n"
        assert told(served, head.encode() + content).startswith(b"HTTP/1.1 200 ")
