"""How a log grew, as a witness is asked and as a bundle holds it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.proof.errors import ProofError
from events.proof.growth import MOST_HASHES, Growth, parse_growth

NOTE = b"origin\n3\nroot\n\nsignature\n"


@given(st.integers(0, 2**63 - 1), st.lists(st.binary(min_size=32, max_size=32), max_size=MOST_HASHES))
def test_it_is_read_as_it_was_written(old: int, proof: list[bytes]) -> None:
    """For every size, with as many hashes as a proof can have, the note byte for byte."""
    assert Growth(old, tuple(proof), NOTE) == parse_growth(Growth(old, proof, NOTE).to_bytes())


@pytest.mark.parametrize(
    "data",
    (
        b"",
        b"old 3",
        b"old 3\n",
        b"old 03\n\n" + NOTE,
        b"old -3\n\n" + NOTE,
        b"new 3\n\n" + NOTE,
        b"old 3\nAAAA\n\n" + NOTE,
        b"old 3\nnonsense\n\n" + NOTE,
        "old 3\nä\n\n".encode() + NOTE,
        Growth(3, [bytes(32)] * (MOST_HASHES + 1), NOTE).to_bytes(),
    ),
)
def test_what_has_another_form_is_refused(data: bytes) -> None:
    """Cut, a size in another spelling, a line that is no hash, more hashes than any log needs."""
    with pytest.raises(ProofError) as refused:
        parse_growth(data)
    assert "bad_growth" == refused.value.code
