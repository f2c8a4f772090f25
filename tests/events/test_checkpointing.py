"""Checkpoints: what is signed of a log, by whom it is refused, and when a log is halted."""

from __future__ import annotations

from threading import Barrier, Thread
from uuid import UUID

import pytest

from events.checkpointing import FORGOTTEN, SignerState, checkpoint, halt_if_gone_back
from events.errors import ClockJump, LogHalted, SignerRefused, SignerUnavailable, UnknownOrganisation
from events.log import Log
from events.proof.checkpoint import Checkpoint, open_checkpoint, origin_of, signed
from events.treestore import StoredCheckpoint, TreeStore
from tests.conftest import Database
from tests.core import Whole, at
from tests.events.naive import grow, leaf, records_of, root_of
from tests.events.rows import change, everything_of, rows
from tests.events.samples import append, goal, new_stream, write
from tests.signing import MemorySigner


@pytest.fixture
def store(everything: Whole) -> TreeStore:
    return TreeStore(everything.engine)


@pytest.fixture
def signer() -> MemorySigner:
    return MemorySigner()


def checkpoints_of(url: str, org: UUID) -> dict[int, bytes]:
    """The root of each stored checkpoint by its size."""
    return {size: bytes(root) for size, root in rows(url, org, "SELECT size, root FROM checkpoints")}


def restore(owner: str, org: UUID, size: int) -> None:
    """What a restored backup leaves of a log: fewer records, and what belongs to them."""
    change(owner, org, "DELETE FROM events WHERE position >= %s", size)
    change(owner, org, "DELETE FROM tiles WHERE (number + 1) * 256 ^ (level + 1) > %s", size)
    change(owner, org, "DELETE FROM checkpoints WHERE size > %s", size)
    change(owner, org, "UPDATE log_heads SET size = %s", size)


@pytest.fixture
def owner(module_database: Database) -> str:
    """The address of the tables' owner, who can do what a restore does."""
    return module_database.owner_url


def refused_append(log: Log, org: UUID) -> LogHalted:
    """The refusal of a write into a halted log."""
    with pytest.raises(LogHalted) as refused:
        log.append(org, append(write(new_stream(), goal())))
    return refused.value


def test_the_whole_log_is_signed(store, signer, url, org) -> None:
    """The note is signed by the log's key and holds size and root by the definition."""
    grow(url, org, 700)
    made = checkpoint(store, signer, org)
    assert made is not None
    root = root_of([leaf(record) for record in records_of(url, org)])
    origin = origin_of(org)
    assert Checkpoint(origin, 700, root) == open_checkpoint(made.note, [signer.verifier(origin)])
    assert (700, root) == (made.size, made.root)
    assert made == store.latest(org)


def test_every_checkpoint_continues_the_one_before(store, signer, url, org) -> None:
    """Growth by little and by much: each size has the root of the log at that size."""
    for number in (1, 1, 254, 1, 300, 2000, 3):
        grow(url, org, number)
        assert checkpoint(store, signer, org) is not None
    leaves = [leaf(record) for record in records_of(url, org)]
    expected = {size: root_of(leaves[:size]) for size in (1, 2, 256, 257, 557, 2557, 2560)}
    assert expected == checkpoints_of(url, org)


def test_nothing_new_is_not_signed_again(store, signer, url, org) -> None:
    """An empty log has no checkpoint; one that was signed as it is needs none."""
    assert checkpoint(store, signer, org) is None
    grow(url, org, 3)
    assert checkpoint(store, signer, org) is not None
    assert checkpoint(store, signer, org) is None
    assert 1 == signer.asked


def test_a_note_that_was_lost_on_its_way_is_asked_for_again(everything, store, signer, url, org) -> None:
    """Cut off between the signer's answer and the database: the next run stores the same note."""
    grow(url, org, 300)

    class Cut(TreeStore):
        def put_checkpoint(self, org: UUID, number: int, size: int, root: bytes, note: bytes) -> StoredCheckpoint:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        checkpoint(Cut(everything.engine), signer, org)
    assert store.latest(org) is None
    made = checkpoint(store, signer, org)
    assert made is not None
    assert signer.notes == {(origin_of(org), 300): made.note}


def test_checkpointers_that_race_sign_one_history(everything, signer, url, org) -> None:
    """Four at once over a growing log: nobody fails for good, each stored root is right, the last one is of the end."""
    barrier = Barrier(5)
    failures: list[Exception] = []

    def work() -> None:
        store = TreeStore(everything.engine)
        barrier.wait()
        for _ in range(12):
            try:
                checkpoint(store, signer, org)
            except Exception as error:  # noqa: BLE001  # shown below
                # One that was overtaken at each try leaves it to the next sweep.
                if getattr(error, "code", "") not in {"stale", "went_back"}:
                    failures.append(error)

    threads = [Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    barrier.wait()
    for number in (1, 255, 3, 500, 300, 1):
        grow(url, org, number)
    for thread in threads:
        thread.join()
    assert [] == failures
    store = TreeStore(everything.engine)
    checkpoint(store, signer, org)
    assert store.halted(org) is None
    leaves = [leaf(record) for record in records_of(url, org)]
    found = checkpoints_of(url, org)
    assert 1060 == max(found)
    assert {size: root_of(leaves[:size]) for size in found} == found


def test_a_restored_log_is_halted(store, signer, log, url, owner, org) -> None:
    """It has fewer records than were signed: nothing is signed, nothing is taken, and both numbers are said."""
    grow(url, org, 600)
    checkpoint(store, signer, org)
    restore(owner, org, 500)
    log.append(org, append(write(new_stream(), goal())))
    with pytest.raises(LogHalted) as refused:
        checkpoint(store, signer, org)
    assert "log_halted" == refused.value.code
    assert "501 records, but 600 of it were signed" in str(refused.value)
    before = everything_of(url, org)
    assert str(refused.value) == str(refused_append(log, org))
    assert before == everything_of(url, org)
    assert str(refused.value) == store.halted(org)


def test_a_restored_log_is_found_before_it_grows(store, signer, url, owner, org) -> None:
    """A comparison of sizes is enough, and halts nothing that is as long as it was signed."""
    grow(url, org, 10)
    checkpoint(store, signer, org)
    grow(url, org, 1)
    assert not halt_if_gone_back(store, signer, org)
    assert store.halted(org) is None
    restore(owner, org, 9)
    assert halt_if_gone_back(store, signer, org)
    assert store.halted(org) is not None


def test_a_log_of_another_history_is_halted(store, signer, log, url, owner, org) -> None:
    """Restored to fewer records and grown beyond what was signed: the roots say that it is another log."""
    grow(url, org, 600)
    checkpoint(store, signer, org)
    restore(owner, org, 500)
    for _ in range(5):
        log.append(org, append(write(new_stream(), *[goal()] * 40)))
    with pytest.raises(LogHalted, match="history was changed"):
        checkpoint(store, signer, org)
    refused_append(log, org)
    assert {600} >= checkpoints_of(url, org).keys()


def test_a_stored_head_that_was_not_signed_halts_the_log(store, signer, owner, url, org) -> None:
    """Of the size that was signed last, with another root: the signer remembers the right one."""
    grow(url, org, 3)
    assert checkpoint(store, signer, org) is not None
    assert 1 == change(owner, org, "UPDATE checkpoints SET root = decode(repeat('ab', 32), 'hex') WHERE size = 3")
    with pytest.raises(LogHalted):
        checkpoint(store, signer, org)
    assert "history was changed" in (store.halted(org) or "")


def test_refilled_records_let_a_log_go_on(store, signer, log, url, owner, org) -> None:
    """With the records that were signed back in their places it is resumed, and the next checkpoint continues."""
    grow(url, org, 600)
    checkpoint(store, signer, org)
    restore(owner, org, 500)
    assert halt_if_gone_back(store, signer, org)
    grow(url, org, 100)
    store.resume(org)
    log.append(org, append(write(new_stream(), goal())))
    made = checkpoint(store, signer, org)
    assert made is not None
    assert 601 == made.size


def test_an_unknown_log_is_said_before_a_halt_and_a_halt_before_the_clocks(log, store, everything, org) -> None:
    """Of several reasons the one that lasts is given."""
    nobody = UUID(int=7)
    store.halt(nobody, "It stands still.")
    with pytest.raises(UnknownOrganisation):
        log.append(nobody, append(write(new_stream(), goal())))
    late = append(write(new_stream(), goal()), now=at("2020-01-01"))
    with pytest.raises(ClockJump):
        log.append(org, late)
    store.halt(org, "It stands still.")
    with pytest.raises(LogHalted, match=r"^It stands still\.$"):
        log.append(org, late)


def test_a_halt_is_of_one_organisation(store, log, everything, org) -> None:
    """The others write on; a resumed one too."""
    other = everything.organisation()
    store.halt(org, "It stands still.")
    log.append(other, append(write(new_stream(), goal())))
    store.resume(org)
    log.append(org, append(write(new_stream(), goal())))
    assert (1, 1) == (store.size(org), store.size(other))


def test_a_signer_that_is_away_stops_no_write(store, log, org) -> None:
    """The checkpoint waits, appends go on, nothing is halted."""

    class Away(MemorySigner):
        def state(self, origin: str) -> SignerState:
            raise SignerUnavailable("It does not answer.")

    log.append(org, append(write(new_stream(), goal())))
    with pytest.raises(SignerUnavailable):
        checkpoint(store, Away(), org)
    log.append(org, append(write(new_stream(), goal())))
    assert store.halted(org) is None


@pytest.mark.parametrize("wrong", ("another key", "another root", "no note"))
def test_what_a_lying_signer_gives_is_not_stored(store, url, org, wrong) -> None:
    """A note of another key or tree head, or none, is refused; the log is not halted for it."""

    class Lying(MemorySigner):
        def sign(self, origin: str, old: int, proof: list[bytes], size: int, root: bytes) -> bytes:
            match wrong:
                case "another key":
                    return signed(Checkpoint(origin, size, root), [self.key("somebody/else")])
                case "another root":
                    return signed(Checkpoint(origin, size, bytes(32)), [self.key(origin)])
                case _:
                    return b"<html>"

    grow(url, org, 2)
    with pytest.raises(SignerRefused) as refused:
        checkpoint(store, Lying(), org)
    assert "bad_note" == refused.value.code
    assert store.latest(org) is None
    assert store.halted(org) is None


def test_a_signer_that_is_always_elsewhere_is_given_up(store, url, org) -> None:
    """Refused as stale again and again: after some tries the refusal goes up, for the next sweep."""

    class Busy(MemorySigner):
        def sign(self, origin: str, old: int, proof: list[bytes], size: int, root: bytes) -> bytes:
            self.asked += 1
            raise SignerRefused("It is stale.", "stale", size=1)

    signer = Busy()
    grow(url, org, 2)
    with pytest.raises(SignerRefused):
        checkpoint(store, signer, org)
    assert 5 == signer.asked


@pytest.mark.parametrize("look", (checkpoint, halt_if_gone_back))
def test_a_signer_that_forgot_signs_nothing(store, signer, log, url, org, look) -> None:
    """Less in its memory than what is stored of it: it cannot tell a changed history, and the log is halted."""
    grow(url, org, 3)
    first = checkpoint(store, signer, org)
    grow(url, org, 2)
    signer.forget(origin_of(org))
    if look is checkpoint:
        with pytest.raises(LogHalted, match="forgotten"):
            look(store, signer, org)
    else:
        assert look(store, signer, org)
    assert first == store.latest(org)
    assert 1 == signer.asked
    with pytest.raises(LogHalted, match="forgotten"):
        log.append(org, append(write(new_stream(), goal())))


@pytest.mark.parametrize("look", (checkpoint, halt_if_gone_back))
def test_a_signer_that_says_that_it_forgot_halts_the_log(store, url, org, look) -> None:
    """Also a log of which nothing is stored; another refusal to look is no reason for a halt."""

    class Silent(MemorySigner):
        code = "memory_unusable"

        def state(self, origin: str) -> SignerState:
            raise SignerRefused("It does not know.", self.code)

    signer = Silent()
    grow(url, org, 2)
    with pytest.raises(SignerRefused):
        look(store, signer, org)
    assert store.halted(org) is None
    signer.code = "memory_lost"
    if look is checkpoint:
        with pytest.raises(LogHalted):
            look(store, signer, org)
    else:
        assert look(store, signer, org)
    assert FORGOTTEN == store.halted(org)


def test_what_others_sign_meanwhile_is_no_lost_memory(everything, signer, url, org) -> None:
    """A checkpoint that is signed and stored between two of our questions does not look like one that was forgotten."""

    class Overtaken(TreeStore):
        def size(self, org: UUID) -> int:
            found = super().size(org)
            checkpoint(TreeStore(everything.engine), signer, org)
            return found

    class Later(MemorySigner):
        def state(self, origin: str) -> SignerState:
            found: SignerState = signer.state(origin)
            checkpoint(TreeStore(everything.engine), signer, org)
            return found

        def sign(self, origin: str, old: int, proof: list[bytes], size: int, root: bytes) -> bytes:
            note: bytes = signer.sign(origin, old, proof, size, root)
            return note

    grow(url, org, 2)
    checkpoint(Overtaken(everything.engine), signer, org)
    grow(url, org, 2)
    checkpoint(TreeStore(everything.engine), Later(), org)
    assert TreeStore(everything.engine).halted(org) is None
