"""What the signer refuses to sign from, and how its keys change."""

import json
import os
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import quote

import msgspec
import pytest

from deploy.errors import DeployError
from deploy.signing.desk import DAY, Desk
from deploy.signing.folder import open_signer_folder
from events.errors import SignerRefused
from events.proof.checkpoint import Checkpoint, open_checkpoint, signed
from events.proof.errors import ProofError
from events.proof.notes import SigningKey, Verifier
from tests.deploy.signing.chain import FORGED, ORIGIN, TRUE
from workers.signing import RetiredKey


def file(root: Path, suffix: str, origin: str | None = None) -> Path:
    """A log's file: of the only log there is, or of one of them."""
    (found,) = root.glob(f"{'*' if origin is None else quote(origin, safe='')}.{suffix}")
    return found


def refused(ask, *words) -> SignerRefused:
    """How it says no."""
    with pytest.raises(SignerRefused) as refusal:
        ask(*words)
    return refusal.value


def opens(note: bytes, *vkeys: str) -> bool:
    """Whether some key of these has signed the note."""
    try:
        open_checkpoint(note, [Verifier.of(vkey) for vkey in vkeys])
    except ProofError:
        return False
    return True


def test_files_are_for_their_owner_alone(desk, root):
    """Key and memory are in a folder that nobody else may look into, and are private themselves."""
    TRUE.signed(desk, 3)
    assert 0o700 == root.stat().st_mode & 0o777
    assert {0o600} == {found.stat().st_mode & 0o777 for found in root.iterdir()}


def test_what_it_says_is_on_the_disk_before_it_says_it(desk, root, monkeypatch):
    """File, then name, then folder: an answer that a power cut could take back would be signed twice differently."""
    desk.state(ORIGIN)
    steps = []
    fsync, replace = os.fsync, os.replace

    def synced(descriptor):
        steps.append("folder" if Path(f"/proc/self/fd/{descriptor}").resolve() == root.resolve() else "file")
        fsync(descriptor)

    def replaced(source, target):
        steps.append("name")
        replace(source, target)

    monkeypatch.setattr(os, "fsync", synced)
    monkeypatch.setattr(os, "replace", replaced)
    TRUE.signed(desk, 3)
    assert ["file", "name", "folder"] == steps


@pytest.mark.parametrize(
    "words",
    (
        (ORIGIN, -1, [], 1, TRUE.root(1)),
        (ORIGIN, 0, [], -1, TRUE.root(1)),
        (ORIGIN, 0, [], 2**63, TRUE.root(1)),
        (ORIGIN, 0, [], 1, b"short"),
        (ORIGIN, 0, [b"short"], 1, TRUE.root(1)),
        (ORIGIN, 0, [bytes(32)] * 64, 1, TRUE.root(1)),
        ("../../etc/passwd", 0, [], 1, TRUE.root(1)),
        ("Mentorledger/LOG", 0, [], 1, TRUE.root(1)),
        ("", 0, [], 1, TRUE.root(1)),
        ("a\nb", 0, [], 1, TRUE.root(1)),
        ("a" * 129, 0, [], 1, TRUE.root(1)),
    ),
)
def test_nonsense_is_refused_and_leaves_nothing(keeper, root, words):
    """Sizes, hashes and origins that cannot be are refused before any file is made."""
    assert "bad_request" == refused(keeper.sign, *words).code
    assert ["lock"] == [found.name for found in root.iterdir()]


def test_empty_log_is_signed_as_such_and_as_nothing_else(desk):
    """Size 0 has one root, and a first head needs no proof."""
    assert "inconsistent" == refused(desk.sign, ORIGIN, 0, [], 0, TRUE.root(1)).code
    assert opens(TRUE.signed(desk, 0), desk.state(ORIGIN).vkey)
    assert "inconsistent" == refused(desk.sign, ORIGIN, 0, [bytes(32)], 3, TRUE.root(3)).code
    TRUE.signed(desk, 3)


def test_ask_by_ask_of_many_at_once_is_one_history(keeper):
    """Of two histories that are pushed at the same time, one is signed, and of it each size once."""

    def push(number):
        chain = (TRUE, FORGED)[number % 2]
        try:
            return chain.name, chain.signed(keeper, 1 + number // 2)
        except SignerRefused as error:
            return error.code, b""

    with ThreadPoolExecutor(8) as pool:
        told = list(pool.map(push, range(60)))
    signed = Counter(name for name, note in told if note)
    assert 1 == len(signed)
    notes = [note for _, note in told if note]
    assert len({note.split(b"\n")[1] for note in notes}) == len(set(notes))


def test_lost_memory_is_no_empty_memory(desk, root):
    """A log with a key and no memory is not signed: nobody knows what was given out. Its key can be shown."""
    TRUE.signed(desk, 3)
    keys = desk.keys(ORIGIN)
    file(root, "memory").unlink()
    assert "memory_lost" == refused(desk.state, ORIGIN).code
    assert "memory_lost" == refused(desk.rotate, ORIGIN, 30).code
    for size in (2, 3, 4):
        assert "memory_lost" == refused(desk.sign, ORIGIN, 0, [], size, TRUE.root(size)).code
    assert (keys, ()) == (desk.keys(ORIGIN), desk.retired(ORIGIN))
    assert not list(root.glob("*.memory"))


def test_lost_memory_comes_back_from_the_last_checkpoint(keeper, root):
    """What the log's own key has signed is believed; from there it goes on, and no further back."""
    early, late = TRUE.signed(keeper, 3), TRUE.signed(keeper, 5)
    file(root, "memory").unlink()
    assert 3 == keeper.remember(ORIGIN, early).size
    assert keeper.state(ORIGIN) == keeper.remember(ORIGIN, early)
    assert (5, TRUE.root(5)) == (keeper.remember(ORIGIN, late).size, keeper.state(ORIGIN).root)
    for less in (early, None):
        assert "went_back" == refused(keeper.remember, ORIGIN, less).code
    assert late == TRUE.signed(keeper, 5)
    assert "inconsistent" == refused(FORGED.signed, keeper, 6).code
    TRUE.signed(keeper, 6)


def test_memory_comes_back_from_nobody_else_s_checkpoint(keeper, root):
    """A note that no key of the log signed, that was changed, or that is none: the memory stays lost."""
    note = TRUE.signed(keeper, 3)
    stranger = signed(Checkpoint(ORIGIN, 9, TRUE.root(9)), [SigningKey.generate(ORIGIN)])
    other = TRUE.signed(keeper, 3, origin=f"{ORIGIN}/2")
    file(root, "memory", ORIGIN).unlink()
    for wrong in (stranger, other, note.replace(b"\n3\n", b"\n4\n"), b"", b"\xff", note[:-3]):
        assert "bad_note" == refused(keeper.remember, ORIGIN, wrong).code
    assert "memory_lost" == refused(keeper.state, ORIGIN).code


def test_key_that_has_signed_nothing_is_told_so(keeper, root):
    """Only whoever runs the signer can know that nothing was given out."""
    vkey = keeper.state(ORIGIN).vkey
    file(root, "memory").unlink()
    assert "memory_lost" == refused(keeper.state, ORIGIN).code
    assert (0, vkey) == (keeper.remember(ORIGIN, None).size, keeper.state(ORIGIN).vkey)
    TRUE.signed(keeper, 2)


def test_lost_key_is_not_replaced_by_a_new_one(desk, root):
    """A log that was signed keeps its key: a silent new one would look like a change of hands."""
    TRUE.signed(desk, 3)
    file(root, "key").unlink()
    assert "memory_unusable" == refused(desk.state, ORIGIN).code
    assert not list(root.glob("*.key"))


def test_memory_written_by_hand_is_not_believed(desk, root):
    """A smaller size in the file, the file of another log, no keys, half a file: each refused with its path or log."""
    TRUE.signed(desk, 3)
    memory, key = file(root, "memory"), file(root, "key")
    good, keys = memory.read_text(), key.read_text()
    kept = json.loads(good)
    for bad in ({"size": 2}, {"origin": "another"}, {"note": None}, {"root": "AAAA"}, {"extra": 1}, {"note": "x"}):
        memory.write_text(json.dumps(kept | bad))
        assert "memory_unusable" == refused(desk.state, ORIGIN).code
    memory.write_text(good[:40])
    assert "memory_unusable" == refused(desk.state, ORIGIN).code
    memory.write_text(good)
    for bad_keys in (keys[:40], json.dumps({"origin": ORIGIN, "keys": []}), keys.replace('"seed":"', '"seed":"AAAA')):
        key.write_text(bad_keys)
        assert "memory_unusable" == refused(desk.state, ORIGIN).code
    key.write_text(keys)
    assert 3 == desk.state(ORIGIN).size


def test_full_disk_signs_nothing(keeper, monkeypatch):
    """What cannot be remembered is not given out, and afterwards the log goes on from where it was."""
    TRUE.signed(keeper, 3)

    def full(source, target):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", full)
        assert "memory_unusable" == refused(TRUE.signed, keeper, 4).code
    assert 3 == keeper.state(ORIGIN).size
    TRUE.signed(keeper, 4)


def test_both_keys_sign_until_the_old_one_retires(keeper, clock):
    """Who has the old key can check until the day that was said; from the first signature after it, the new key's."""
    old = keeper.state(ORIGIN).vkey
    before = TRUE.signed(keeper, 1)
    rotation = keeper.rotate(ORIGIN, 30)
    new = keeper.state(ORIGIN).vkey
    assert (old, new, clock.now + 30 * DAY) == (rotation.old_vkey, rotation.new_vkey, rotation.old_signs_until)
    assert [(new, None), (old, rotation.old_signs_until)] == [
        (key.vkey, key.signs_until) for key in keeper.keys(ORIGIN)
    ]
    during = TRUE.signed(keeper, 2)
    clock.now += 31 * DAY
    last, after = TRUE.signed(keeper, 3), TRUE.signed(keeper, 4)
    assert [True, True, True, False] == [opens(note, old) for note in (before, during, last, after)]
    assert [False, True, True, True] == [opens(note, new) for note in (before, during, last, after)]
    assert (RetiredKey(old, 3),) == keeper.retired(ORIGIN)
    assert [(new, None)] == [(key.vkey, key.signs_until) for key in keeper.keys(ORIGIN)]


def test_retired_keys_are_remembered_with_what_they_signed(keeper, clock):
    """Each that the log's key took over from, in order, with the last size under it; a bundle from then is known."""
    assert () == keeper.retired(ORIGIN)
    expected = []
    for size in (2, 5):
        old = keeper.state(ORIGIN).vkey
        keeper.rotate(ORIGIN, 1)
        clock.now += 2 * DAY
        TRUE.signed(keeper, size)
        expected.append(RetiredKey(old, size))
        TRUE.signed(keeper, size + 1)
    assert tuple(expected) == keeper.retired(ORIGIN)
    assert 1 == len(keeper.keys(ORIGIN))


def test_rotation_may_be_asked_for_again(keeper):
    """Whoever lost the answer gets the same rotation, told as one that is under way, and no third key."""
    keeper.state(ORIGIN)
    first, again = keeper.rotate(ORIGIN, 30), keeper.rotate(ORIGIN, 7)
    assert (True, False) == (first.begun, again.begun)
    assert msgspec.structs.replace(first, begun=False) == again
    assert 2 == len(keeper.keys(ORIGIN))


def test_head_signed_before_a_rotation_is_signed_by_the_new_key_too(desk):
    """The same head again, asked by somebody who knows the new key only, is of use to them."""
    TRUE.signed(desk, 3)
    rotation = desk.rotate(ORIGIN, 30)
    again = TRUE.signed(desk, 3)
    assert opens(again, rotation.new_vkey) and opens(again, rotation.old_vkey)
    assert again == TRUE.signed(desk, 3)


@pytest.mark.parametrize("days", (0, -1, 367))
def test_overlap_of_keys_has_its_limits(keeper, days):
    """An overlap of no time would leave those who have the old key with nothing."""
    assert "bad_request" == refused(keeper.rotate, ORIGIN, days).code


def test_second_signer_on_the_folder_is_refused(desk, root):
    """Two would sign past each other."""
    with pytest.raises(DeployError) as refusal:
        open_signer_folder(root)
    assert "signer_running" == refusal.value.code


def test_folder_that_others_may_look_into_is_refused(tmp_path):
    """Keys that a neighbour may read are no keys."""
    (tmp_path / "signer").mkdir(mode=0o755)
    with pytest.raises(DeployError, match="chmod 700") as refusal:
        open_signer_folder(tmp_path / "signer")
    assert "signer_data_unusable" == refusal.value.code


def test_file_in_the_place_of_the_folder_is_refused(tmp_path):
    """A folder that cannot be is refused with the variable that names it."""
    (tmp_path / "signer").write_text("")
    with pytest.raises(DeployError, match="MENTORLEDGER_SIGNER_DATA") as refusal:
        open_signer_folder(tmp_path / "signer")
    assert "signer_data_unusable" == refusal.value.code


def test_next_signer_goes_on_from_the_files(root):
    """Key and memory outlive the process."""
    with open_signer_folder(root) as folder:
        TRUE.signed(Desk(folder), 5)
        before = Desk(folder).state(ORIGIN)
    with open_signer_folder(root) as folder:
        assert before == Desk(folder).state(ORIGIN)
        assert "inconsistent" == refused(FORGED.signed, Desk(folder), 6).code
