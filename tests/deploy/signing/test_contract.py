"""What whoever asks a signer may rely on: the real one, the one behind HTTP, and the tests' own."""

import pytest

from deploy.signing.desk import Desk
from events.checkpointing import Signer
from events.errors import SignerRefused
from events.proof.checkpoint import Checkpoint, open_checkpoint
from events.proof.notes import Verifier
from events.proof.tree import EMPTY_ROOT
from tests.deploy.signing.chain import FORGED, ORIGIN, TRUE
from tests.signing import MemorySigner
from workers.signing import HttpSigner

OTHER = "mentorledger/log/99999999-2222-4333-8444-555555555555"


@pytest.fixture(params=("desk", "http", "memory"))
def signer(request: pytest.FixtureRequest, desk: Desk) -> Signer:
    """Each signer there is."""
    match request.param:
        case "memory":
            return MemorySigner()
        case "http":
            return HttpSigner(request.getfixturevalue("url"))
        case _:
            return desk


def opened(signer: Signer, note: bytes, origin: str = ORIGIN) -> Checkpoint:
    """What the note says, once the signer's key has been found to have signed it."""
    return open_checkpoint(note, [Verifier.of(signer.state(origin).vkey)])


def refusal(signer: Signer, *words: object, **options: object) -> SignerRefused:
    """How it says no."""
    with pytest.raises(SignerRefused) as refused:
        signer.sign(*words, **options)  # type: ignore[arg-type]  # what is wrong on purpose too
    return refused.value


def test_log_that_it_does_not_know_gets_a_key_and_is_empty(signer):
    """At first sight there is a key of the origin's name, and nothing was signed."""
    state = signer.state(ORIGIN)
    assert (0, EMPTY_ROOT) == (state.size, state.root)
    assert ORIGIN == Verifier.of(state.vkey).name
    assert state == signer.state(ORIGIN)
    assert state.vkey != signer.state(OTHER).vkey


def test_growing_log_is_signed_from_size_to_size(signer):
    """Each head that continues the last one is signed under the log's key, and remembered."""
    for size in (1, 2, 7, 8, 300):
        note = TRUE.signed(signer, size)
        assert Checkpoint(ORIGIN, size, TRUE.root(size)) == opened(signer, note)
        assert (size, TRUE.root(size)) == (signer.state(ORIGIN).size, signer.state(ORIGIN).root)


def test_last_signed_head_gives_the_same_note_again(signer):
    """Whoever lost the answer asks again and has the very same bytes."""
    first = TRUE.signed(signer, 5)
    assert first == TRUE.signed(signer, 5)


def test_rewritten_history_is_inconsistent(signer):
    """Other records in the place of signed ones are refused, with whatever proof, at the same size and beyond."""
    TRUE.signed(signer, 5)
    for size, proof in ((5, []), (6, []), (6, FORGED.proof(5, 6)), (6, TRUE.proof(5, 6)), (8, [bytes(32)] * 3)):
        assert "inconsistent" == refusal(signer, ORIGIN, 5, proof, size, FORGED.root(size)).code
    assert (5, TRUE.root(5)) == (signer.state(ORIGIN).size, signer.state(ORIGIN).root)


def test_log_that_went_back_is_refused_with_what_was_signed(signer):
    """Fewer records than were signed are a restored copy; the refusal says how many were signed."""
    TRUE.signed(signer, 5)
    refused = refusal(signer, ORIGIN, 5, [], 4, TRUE.root(4))
    assert ("went_back", 5) == (refused.code, refused.facts["size"])


def test_whoever_comes_late_is_told_where_to_go_on(signer):
    """A proof from another size than the last signed one is stale, and no reason to halt a log."""
    TRUE.signed(signer, 5)
    refused = refusal(signer, ORIGIN, 3, TRUE.proof(3, 6), 6, TRUE.root(6))
    assert ("stale", 5) == (refused.code, refused.facts["size"])


def test_logs_have_nothing_to_do_with_each_other(signer):
    """What is refused to one log is signed for another."""
    TRUE.signed(signer, 5)
    note = FORGED.signed(signer, 3, origin=OTHER)
    assert Checkpoint(OTHER, 3, FORGED.root(3)) == opened(signer, note, OTHER)
    assert 5 == signer.state(ORIGIN).size
