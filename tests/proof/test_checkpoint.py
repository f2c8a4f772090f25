from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.proof.checkpoint import Checkpoint, open_checkpoint, origin_of, parse_checkpoint, signed
from events.proof.encoding import encode64
from events.proof.errors import ProofError
from events.proof.notes import Cosigner, SigningKey, write_note
from events.proof.tree import EMPTY_ROOT, leaf_hash
from tests.proof.notes import LOG, OTHER, TEXT, WITNESS, verifiers

ROOT = leaf_hash(b"root")
ROOT64 = encode64(ROOT)
HEAD = Checkpoint(LOG.name, 5, ROOT)


def test_the_origin_of_a_log_is_a_key_name_that_outlives_hosts_and_names() -> None:
    """A fixed name and the organisation's random id."""
    org = UUID("00000000-0000-4000-8000-000000000001")
    assert "mentorledger/log/00000000-0000-4000-8000-000000000001" == origin_of(org)
    assert f"{origin_of(org)}/2" == origin_of(org, 2)
    assert SigningKey.generate(origin_of(org)).vkey.startswith(origin_of(org) + "+")


@given(st.integers(1, 2**63 - 1), st.binary(min_size=32, max_size=32))
def test_a_checkpoint_is_read_as_it_was_written(size: int, root: bytes) -> None:
    """Origin, size and root."""
    head = Checkpoint("o", size, root)
    assert head == parse_checkpoint(head.text)


def test_an_empty_log_has_a_checkpoint() -> None:
    """Its size is 0 and its root that of no leaf."""
    assert TEXT == Checkpoint(LOG.name, 0, EMPTY_ROOT).text
    assert Checkpoint(LOG.name, 0, EMPTY_ROOT) == parse_checkpoint(TEXT)


def test_extension_lines_are_kept_and_are_part_of_the_text() -> None:
    """A witness cosigns a foreign checkpoint as it is."""
    text = f"{HEAD.text}one\ntwo words\n"
    assert ("one", "two words") == parse_checkpoint(text).extensions
    assert text == parse_checkpoint(text).text


@pytest.mark.parametrize(
    "size",
    (
        "",
        "00",
        "05",
        "+5",
        "-5",
        " 5",
        "5 ",
        "5.0",
        "5e0",
        "0x5",
        "5_0",
        "٥",
        "five",
        str(2**63),
        "9" * 20,
        "9" * 10_000,
    ),
)
def test_no_other_spelling_of_a_size_is_read(size: str) -> None:
    """Leading zeroes, signs, foreign digits, and what no reader in 64 bits can hold."""
    assert "bad_checkpoint" == code_of(HEAD.text.replace("\n5\n", f"\n{size}\n"))


@pytest.mark.parametrize(
    "text",
    (
        "", "\n", "o\n", "o\n5\n", "o\n5\n\n", f"\n5\n{ROOT64}\n", f"o\n5\n{ROOT64}", f"o\n5\n{ROOT64}\n\n",
        f"o\n5\n{ROOT64}\n\nx\n", f"\no\n5\n{ROOT64}\n", f"o\n\n5\n{ROOT64}\n", f"o\n5\n{ROOT64[:-1]}\n",
        f"o\n5\n{ROOT64[:-4]}\n", f"o\n5\nAAAA{ROOT64}\n", f"o\n5\n{ROOT64[:-2]}5=\n", f"o\n5\n {ROOT64}\n",
        f"o\n5\n{'-' * 43}=\n", f"o\n5\n{'٥' * 43}=\n", f"o\n0\n{ROOT64}\n",
        f"o\n5\n{ROOT64}\nxy",
    ),
)  # fmt: skip  # one per line says no more
def test_what_is_not_a_checkpoint_is_refused(text: str) -> None:
    """Missing and empty lines, a root of another length or spelling, an empty log with a root."""
    assert "bad_checkpoint" == code_of(text)


def code_of(text: str) -> str:
    """What a checkpoint is refused for."""
    with pytest.raises(ProofError) as refused:
        parse_checkpoint(text)
    assert len(str(refused.value)) < 200
    return refused.value.code


def test_a_log_signs_its_checkpoint_and_opens_it_with_either_of_two_keys() -> None:
    """While a key is replaced, both sign: who knows one of them opens it."""
    new = SigningKey.of(LOG.name, b"n" * 32)
    note = signed(HEAD, [LOG, new])
    for known in ([LOG], [new], [LOG, new], [OTHER, new]):
        assert HEAD == open_checkpoint(note, verifiers(*known))


def test_the_key_of_another_log_opens_no_checkpoint() -> None:
    """It may sign what it likes: the origin is not its own."""
    with pytest.raises(ProofError, match=r"of the log example\.org/log, and no given key") as refused:
        open_checkpoint(signed(HEAD, [OTHER]), verifiers(OTHER))
    assert ("wrong_origin", LOG.name) == (refused.value.code, refused.value.facts["origin"])


def test_a_witness_alone_opens_no_checkpoint() -> None:
    """Its cosignature says when it saw a head that the log signed, not that the log signed this one."""
    line = WITNESS.cosign(HEAD.text, 1)
    with pytest.raises(ProofError) as refused:
        open_checkpoint(write_note(HEAD.text, [line]), verifiers(LOG, WITNESS))
    assert "wrong_origin" == refused.value.code
    namesake = Cosigner.of(LOG.name, b"w" * 32)
    with pytest.raises(ProofError, match="no given key of that log"):
        open_checkpoint(write_note(HEAD.text, [namesake.cosign(HEAD.text, 1)]), verifiers(LOG, namesake))
    assert HEAD == open_checkpoint(signed(HEAD, [LOG]) + line.encode(), verifiers(LOG, WITNESS))


def test_a_signed_text_that_is_no_checkpoint_is_refused() -> None:
    """A key that signs other notes does not make checkpoints of them."""
    with pytest.raises(ProofError) as refused:
        open_checkpoint(write_note("hello\n", [LOG.sign("hello\n")]), verifiers(LOG))
    assert "bad_checkpoint" == refused.value.code


@pytest.mark.parametrize(
    "head", (Checkpoint("", 5, ROOT), Checkpoint("o\n6", 5, ROOT), Checkpoint("o", -1, ROOT), Checkpoint("o", 5, b"r"))
)
def test_what_nobody_could_open_is_not_signed(head: Checkpoint) -> None:
    """A signature over such a thing could be read in two ways."""
    with pytest.raises(ProofError) as refused:
        signed(head, [LOG])
    assert "bad_checkpoint" == refused.value.code
