import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.proof.checkpoint import Checkpoint, signed
from events.proof.errors import ProofError
from events.proof.receipts import Receipt, parse_receipt
from tests.proof.naive import path_of, records_of, root_of
from tests.proof.notes import LOG, OTHER, verifiers

SIZE = 13
RECORDS = records_of(SIZE)
HEAD = Checkpoint(LOG.name, SIZE, root_of(0, SIZE))
NOTE = signed(HEAD, [LOG])


def receipt(index: int, extra: bytes | None = None) -> Receipt:
    """The receipt of one of the records."""
    return Receipt(index, tuple(path_of(index, 0, SIZE)), NOTE, extra)


@given(st.integers(0, SIZE - 1), st.none() | st.binary(min_size=1))
def test_a_receipt_is_read_as_it_was_written_and_holds(index: int, extra: bytes | None) -> None:
    """With and without extra data, for every record."""
    given = receipt(index, extra)
    read = parse_receipt(given.to_bytes())
    assert given == read
    assert HEAD == read.check(RECORDS[index], verifiers(LOG))


def test_a_receipt_looks_as_its_format_says() -> None:
    """C2SP tlog-proof@v1: version, index, hashes, an empty line and the checkpoint as it is."""
    lines = receipt(4).to_bytes().decode().split("\n")
    assert ["c2sp.org/tlog-proof@v1", "index 4"] == lines[:2]
    assert [""] * 2 == [lines[6], lines[-1]] and all(len(line) == 44 for line in lines[2:6])
    assert LOG.name == lines[7]
    assert "extra eA==" == receipt(4, b"x").to_bytes().decode().split("\n")[1]


def test_the_only_record_of_a_log_needs_no_hashes() -> None:
    """Its leaf is the root."""
    note = signed(Checkpoint(LOG.name, 1, root_of(0, 1)), [LOG])
    read = parse_receipt(Receipt(0, (), note).to_bytes())
    assert 1 == read.check(RECORDS[0], verifiers(LOG)).size


@given(st.integers(0, len(receipt(4).to_bytes()) * 8 - 1))
def test_no_bit_of_a_receipt_can_be_flipped(bit: int) -> None:
    """Wherever it is: in the index, a hash, the root or the signature."""
    data = bytearray(receipt(4).to_bytes())
    data[bit // 8] ^= 1 << bit % 8
    with pytest.raises(ProofError):
        parse_receipt(bytes(data)).check(RECORDS[4], verifiers(LOG))


def test_a_receipt_of_another_record_index_or_log_is_refused() -> None:
    """Each by its own code."""
    for wrong, record in ((receipt(4), b"changed"), (receipt(4), RECORDS[5]), (receipt(5), RECORDS[4])):
        with pytest.raises(ProofError) as refused:
            wrong.check(record, verifiers(LOG))
        assert "bad_inclusion" == refused.value.code
    with pytest.raises(ProofError) as refused:
        receipt(4).check(RECORDS[4], verifiers(OTHER))
    assert "no_known_signature" == refused.value.code


GOOD = receipt(4).to_bytes()


@pytest.mark.parametrize(
    "data",
    (
        b"", b"\n\n" + NOTE, b"\xff" + GOOD, GOOD.replace(b"@v1", b"@v2"), GOOD.replace(b"index 4", b"index 04"),
        GOOD.replace(b"index 4", b"index -4"), GOOD.replace(b"index 4", b"index"), GOOD.replace(b"index 4\n", b""),
        GOOD.replace(b"index 4", b"index 4\nindex 4"), GOOD.replace(b"index 4", b"extra \nindex 4"),
        GOOD.replace(b"index 4", b"extra x\nindex 4"), GOOD.replace(b"index 4", b"index 4\nextra eA=="),
        GOOD.replace(b"index 4", b"extra eA==\nextra eA==\nindex 4"), GOOD.replace(b"index 4", b"index 4\nAAAA"),
        GOOD.replace(b"index 4", b"index 9223372036854775808"), GOOD.replace(b"index 4", b"index 4\r"),
        GOOD.replace(b"index 4", b"index 4" + b"\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=" * 60),
        GOOD.replace(b"index 4", b"extra " + b"AAAA" * 30_000 + b"\nindex 4"), GOOD.replace(b"\n", b"\r\n"),
    ),
)  # fmt: skip  # one per line says no more
def test_what_is_not_a_receipt_is_refused(data: bytes) -> None:
    """Another version, lines that are missing, doubled, in another order or spelling; too many hashes."""
    with pytest.raises(ProofError) as refused:
        parse_receipt(data)
    assert "bad_receipt" == refused.value.code


def test_a_receipt_without_a_note_is_refused() -> None:
    """What stands behind the empty line must be a signed note."""
    with pytest.raises(ProofError) as refused:
        parse_receipt(GOOD[: -len(NOTE)] + HEAD.text.encode())
    assert "bad_note" == refused.value.code
