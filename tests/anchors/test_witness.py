"""What a witness does, ours and one that is not ours alike; and what our client makes of its answers."""

from base64 import b64encode
from collections.abc import Iterator

import pytest

from events.proof.checkpoint import open_checkpoint
from events.proof.notes import SigningKey
from tests.anchors.logs import TestLog
from tests.anchors.witnesses import foreign, ours
from workers.anchors.errors import AnchorRefused, HistoryDisputed
from workers.anchors.http import Answer, post
from workers.anchors.witness import WitnessAddress, cosign

LOGS = 20


USED = pytest.StashKey[dict[str, Iterator[TestLog]]]()


@pytest.fixture(scope="module")
def known() -> list[TestLog]:
    return [TestLog() for _ in range(LOGS)]


@pytest.fixture(scope="module", params=(ours, foreign), ids=("ours", "foreign"))
def witness(request, known, tmp_path_factory) -> Iterator[WitnessAddress]:
    with request.param(tmp_path_factory.mktemp("witness"), known) as (_, address):
        yield address


@pytest.fixture
def log(request, witness, known) -> TestLog:
    """A log that the witness knows of and has not seen yet."""
    used: dict[str, Iterator[TestLog]] = request.session.stash.setdefault(USED, {})
    return next(used.setdefault(witness.verifier.vkey, iter(known)))


def raw(witness: WitnessAddress, old: object, proof: list[bytes], note: bytes) -> Answer:
    """Post a body without the client's manners."""
    lines = [f"old {old}", *(b64encode(one).decode() for one in proof), "", ""]
    return post(f"{witness.url}/add-checkpoint", "\n".join(lines).encode() + note, "text/plain")


def cosigned(witness: WitnessAddress, log: TestLog, size: int, believed: int = 0) -> str:
    """Have our client get a cosignature."""
    return cosign(witness, log.note(size), believed, lambda old: log.proof(old, size))


def test_a_log_that_only_grows_is_cosigned(witness, log):
    """From nothing, from what it saw, and once more the same: each time a line that holds over the checkpoint."""
    for believed, size in ((0, 5), (5, 300), (300, 300), (300, 301)):
        line = cosigned(witness, log, size, believed)
        both = log.note(size) + line.encode()
        assert size == open_checkpoint(both, [log.verifier, witness.verifier]).size


def test_a_client_that_forgot_is_told_the_size_and_goes_on_from_there(witness, log):
    """Old size 0 for a log that was seen with 5 is answered with 409 and 5; the client asks again from 5."""
    cosigned(witness, log, 5)
    answer = raw(witness, 0, [], log.note(9))
    assert (409, "text/x.tlog.size", b"5\n") == (answer.status, answer.kind, answer.body)
    assert cosigned(witness, log, 9, believed=0)


def test_a_rewritten_history_is_refused_though_its_signature_is_valid(witness, log):
    """What the signature of the log's operator cannot show: 422, and the client says that history is in question."""
    cosigned(witness, log, 50)
    log.rewrite(7)
    assert 422 == raw(witness, 50, log.proof(50, 60), log.note(60)).status
    with pytest.raises(HistoryDisputed, match="the first 50"):
        cosigned(witness, log, 60, believed=50)


def test_another_root_of_the_same_size_is_refused(witness, log):
    """Two checkpoints of one size are two histories."""
    cosigned(witness, log, 50)
    log.rewrite(49)
    with pytest.raises(HistoryDisputed):
        cosigned(witness, log, 50, believed=50)
    with pytest.raises(HistoryDisputed):
        cosigned(witness, log, 50, believed=0)


def test_a_log_that_went_back_is_refused(witness, log):
    """After a restore to fewer records the witness knows more of the log than the log does."""
    cosigned(witness, log, 50)
    assert 409 == raw(witness, 40, [], log.note(40)).status
    with pytest.raises(HistoryDisputed, match="with 50 records; it has 40"):
        cosigned(witness, log, 40)


def test_a_proof_where_there_is_nothing_to_prove_is_refused(witness, log):
    """From size 0 the proof is empty."""
    assert 422 == raw(witness, 0, [bytes(32)], log.note(5)).status


def test_a_wrong_proof_is_refused_and_changes_nothing(witness, log):
    """A hash changed, left out or too many: 422 each, and the honest proof is taken afterwards."""
    cosigned(witness, log, 5)
    good = log.proof(5, 77)
    for bad in ([bytes(32), *good[1:]], good[1:], [*good, bytes(32)], []):
        assert 422 == raw(witness, 5, bad, log.note(77)).status
    assert 200 == raw(witness, 5, good, log.note(77)).status


def test_an_old_size_above_the_new_one_is_no_request(witness, log):
    """Nobody can prove that a log grew downwards: 400."""
    assert 400 == raw(witness, 6, [], log.note(5)).status


def test_a_stranger_s_signature_is_refused(witness, log):
    """A checkpoint of a known log by an unknown key: 403, and the client says what to do."""
    note = log.note(5, SigningKey.generate(log.origin))
    assert 403 == raw(witness, 0, [], note).status
    with pytest.raises(AnchorRefused, match="another key"):
        cosign(witness, note, 0, lambda old: [])


def test_an_unknown_log_is_refused(witness):
    """A witness knows its logs beforehand: 404 for others, and the client says what to do."""
    stranger = TestLog()
    assert 404 == raw(witness, 0, [], stranger.note(5)).status
    with pytest.raises(AnchorRefused, match="does not know this log"):
        cosigned(witness, stranger, 5)


@pytest.mark.parametrize("old", ("-1", "01", "", "x", "5 ", "²", "9" * 40))
def test_a_size_that_is_none_is_no_request(witness, known, old):
    """Sizes have one form: no sign, no leading zero, no other digits."""
    assert 400 == raw(witness, old, [], known[-1].note(5)).status


@pytest.mark.parametrize(
    "body", (b"", b"old 0", b"old 0\n\n", b"\xff\xfe\n\n", b"old 0\nnot base64!\n\nx\n5\n", b"old 0\n" * 99)
)
def test_garbage_is_no_request(witness, body):
    """Whatever is sent, the answer is 400 and the witness lives on."""
    assert 400 == post(f"{witness.url}/add-checkpoint", body, "text/plain").status


def test_too_long_a_proof_is_no_request(witness, known):
    """At most 63 lines."""
    assert 400 == raw(witness, 1, [bytes(32)] * 64, known[-1].note(5)).status
