import json
from base64 import b64encode
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.proof.errors import ProofError
from events.proof.notes import MAX_NOTE, Note, SigningKey, Verifier, open_note, parse_note, write_note
from tests.proof.notes import LOG, NOTE, OTHER, TEXT, WITNESS, line, verifiers


def code_of(data: bytes, *known: Verifier) -> str:
    """What a note is refused for."""
    with pytest.raises(ProofError) as refused:
        open_note(data, known or verifiers(LOG))
    return refused.value.code


def test_foreign_notes_open_with_their_keys(shared_dir: Path) -> None:
    """The examples of C2SP and of Go's checksum database, and their keys as they were handed out."""
    cases = json.loads((shared_dir / "vectors" / "signed-note.json").read_text())
    assert 2 == len(cases)
    for case in cases:
        verifier = Verifier.of(case["vkey"])
        opened = open_note(case["note"].encode(), [verifier])
        assert case["vkey"] == verifier.vkey
        assert case["note"].encode() == write_note(opened.text, [signature.line for signature in opened.verified])


def test_signatures_are_judged_as_wycheproof_says(shared_dir: Path) -> None:
    """151 cases: malleable, truncated, of small order, with a number beyond the group's."""
    path = shared_dir / "vectors" / "wycheproof" / "testvectors_v1" / "ed25519_test.json"
    groups = json.loads(path.read_text())["testGroups"]
    cases = [(bytes.fromhex(group["publicKey"]["pk"]), case) for group in groups for case in group["tests"]]
    assert 151 == len(cases)
    for public, case in cases:
        held = Verifier("n", 0x01, public).verifies(bytes.fromhex(case["msg"]), bytes.fromhex(case["sig"]))
        assert (case["tcId"], held) == (case["tcId"], case["result"] == "valid")


@given(st.text().filter(lambda text: not any(letter < " " for letter in text)))
def test_what_is_signed_opens_and_signs_the_same_again(text: str) -> None:
    """Any text without control characters, signed by two keys."""
    note = write_note(f"{text}\n", [LOG.sign(f"{text}\n"), OTHER.sign(f"{text}\n")])
    opened = open_note(note, verifiers(LOG, OTHER))
    assert (f"{text}\n", 2) == (opened.text, len(opened.verified))
    assert opened.signatures == opened.verified == parse_note(note).signatures


def test_a_note_says_who_signed_it_and_ignores_strangers() -> None:
    """Signatures of unknown keys stay in the note and are not called verified."""
    stranger = line(LOG.name)  # a known name with another ID is another key
    opened = open_note(NOTE + (line() + stranger).encode(), verifiers(LOG, OTHER))
    assert [LOG.name, "example.org/stranger", LOG.name] == [signature.name for signature in opened.signatures]
    assert [opened.signatures[0]] == list(opened.verified)


def test_a_text_may_hold_empty_lines_and_lines_like_signatures() -> None:
    """The last empty line is the one that ends it."""
    text = f"a\n\n{line()}\n\nb\n"
    assert text == open_note(write_note(text, [LOG.sign(text)]), verifiers(LOG)).text


def test_16_signatures_are_accepted_and_a_hundred_are_the_most() -> None:
    """The format asks for 16; the limit is named when there are more."""
    assert 16 == len(open_note(NOTE + line().encode() * 15, verifiers(LOG)).signatures)
    assert 100 == len(open_note(NOTE + line().encode() * 99, verifiers(LOG)).signatures)
    with pytest.raises(ProofError, match="101 signatures; at most 100") as refused:
        open_note(NOTE + line().encode() * 100, verifiers(LOG))
    assert "bad_note" == refused.value.code


def test_a_huge_note_is_not_looked_at() -> None:
    """A million bytes are the most; the sentence says how many there were."""
    fill = "x" * (MAX_NOTE - len(LOG.sign("").encode()) - 2)
    assert open_note(write_note(f"{fill}\n", [LOG.sign(f"{fill}\n")]), verifiers(LOG)).verified
    with pytest.raises(ProofError, match="1,000,001 bytes"):
        parse_note(b"x" * (MAX_NOTE + 1))


SIGNED = LOG.sign(TEXT)
ENCODED = SIGNED.rsplit(" ", 1)[1].strip()


@pytest.mark.parametrize(
    "data",
    (
        b"", b"\n", b"\n\n", TEXT.encode(), f"{TEXT}\n".encode(), f"{TEXT}\n\n".encode(), SIGNED.encode(),
        f"\n{SIGNED}".encode(), NOTE[:-1], NOTE + b"\n", NOTE + b"x", NOTE + b"x\n", NOTE.replace(b"\n", b"\r\n"),
        f"{TEXT[:-1]}\n{SIGNED}".encode(), f"{TEXT}\n-{SIGNED[1:]}".encode(), f"{TEXT}\n {SIGNED}".encode(),
        f"{TEXT}\n{SIGNED[:-1]} \n".encode(), f"{TEXT}\n— {LOG.name}\n".encode(), f"{TEXT}\n— {LOG.name} \n".encode(),
        f"{TEXT}\n—  {ENCODED}\n".encode(), f"{TEXT}\n— {LOG.name}  {ENCODED}\n".encode(),
        f"{TEXT}\n— {LOG.name} x {ENCODED}\n".encode(), f"{TEXT}\n—{LOG.name} {ENCODED}\n".encode(),
        f"{TEXT}\n— {LOG.name}\u2003x {ENCODED}\n".encode(), f"{TEXT}\n— {LOG.name}+x {ENCODED}\n".encode(),
        f"{TEXT}\n— {LOG.name}\u2028 {ENCODED}\n".encode(), f"{TEXT}\n— \u0085 {ENCODED}\n".encode(),
        f"{TEXT}\n{line(data=b'1234')}".encode(), f"{TEXT}\n{line(data=b'1')}".encode(),
        NOTE + line()[:-2].encode() + b"\n",  # no padding
        NOTE + b"\xe2\x80\x94 x MTIzNDV=\n",  # bits behind the end
        NOTE + b"\xe2\x80\x94 x MTIz-_8=\n", NOTE + b"\xe2\x80\x94 x MTIz====\n", NOTE + b"\xe2\x80\x94 x MTIz MTIz\n",
        b"\xff" + NOTE, b"\xed\xa0\x80" + NOTE, b"\xc0\x80" + NOTE, NOTE[:-1] + b"\0\n", b"\0" + NOTE, b"\t" + NOTE,
        b"\x1f" + NOTE, b"a\rb" + NOTE,
    ),
)  # fmt: skip  # one per line says no more
def test_what_is_not_a_note_is_refused(data: bytes) -> None:
    """Missing parts, foreign line ends, control characters, broken UTF-8, base64 in another spelling."""
    assert "bad_note" == code_of(data)


@pytest.mark.parametrize(
    "changed", (NOTE.replace(b"\n0\n", b"\n1\n"), b"x" + NOTE, b"\n" + NOTE, b"\xef\xbb\xbf" + NOTE)
)
def test_a_changed_text_is_refused(changed: bytes) -> None:
    """A byte more or another one, a byte order mark."""
    assert "bad_signature" == code_of(changed)


@given(st.integers(0, len(NOTE) * 8 - 1))
def test_no_bit_of_a_note_can_be_flipped(bit: int) -> None:
    """Wherever it is, the note is refused."""
    data = bytearray(NOTE)
    data[bit // 8] ^= 1 << bit % 8
    assert code_of(bytes(data)) in {"bad_note", "bad_signature", "no_known_signature"}


def test_every_signature_of_a_known_key_must_hold() -> None:
    """A good one does not make up for a bad one, not even of the same key."""
    bad = OTHER.sign("another text\n")
    again = LOG.sign("another text\n")
    assert "bad_signature" == code_of(NOTE + bad.encode(), *verifiers(LOG, OTHER))
    assert "bad_signature" == code_of(NOTE + again.encode())
    assert 2 == len(open_note(NOTE + SIGNED.encode(), verifiers(LOG)).verified)
    assert 1 == len(open_note(NOTE + bad.encode(), verifiers(LOG)).verified)


def test_a_note_by_nobody_known_is_refused_and_the_signers_are_named() -> None:
    """Who has the wrong key learns whose note it is."""
    with pytest.raises(ProofError, match=r"signed by example\.org/log") as refused:
        open_note(NOTE, verifiers(OTHER))
    assert "no_known_signature" == refused.value.code
    with pytest.raises(ProofError, match=r"example\.org/log, a, b and others"):
        open_note(NOTE + "".join(map(line, "abc")).encode(), [])


def test_a_name_that_would_steer_a_terminal_is_quoted_without_that() -> None:
    """A sentence shows what a stranger wrote; C1 controls are allowed in names."""
    with pytest.raises(ProofError) as refused:
        open_note(b"a\n\n" + line("x\u009b2J\u202ey").encode(), [])
    assert "x\ufffd2J\ufffdy" in str(refused.value) and str(refused.value).isprintable()


def test_two_keys_of_one_name_and_id_are_refused_and_one_given_twice_is_one() -> None:
    """The signature line could not say which of the two signed."""
    one = verifiers(LOG)[0]
    assert open_note(NOTE, [one, one]).verified
    twin = CollidingVerifier(one.name, one.kind, b"\0" * 32)
    assert "bad_vkey" == code_of(NOTE, one, twin)


class CollidingVerifier(Verifier):
    """Another key with the ID of LOG's: 32 bits can be found by trying."""

    __slots__ = ()

    @property
    def key_id(self) -> bytes:
        return verifiers(LOG)[0].key_id


def key(name: str, key_bytes: bytes, key_id: str | None = None) -> str:
    """A vkey as somebody might write it."""
    found = sha256(name.encode() + b"\n" + key_bytes).hexdigest()[:8]
    return f"{name}+{key_id or found}+{b64encode(key_bytes).decode()}"


GOOD = b"\x01" + b"k" * 32


def test_a_key_is_read_as_it_was_handed_out() -> None:
    """Name, ID and fingerprint; the fingerprint is over type and key alone."""
    verifier = Verifier.of(key("n", GOOD))
    assert ("n", key("n", GOOD)) == (verifier.name, verifier.vkey)
    assert verifier.fingerprint == Verifier.of(key("other", GOOD)).fingerprint
    assert 64 == len(verifier.fingerprint)


@pytest.mark.parametrize(
    "vkey",
    (
        "", "n", "n+", "n++", "+", key("", GOOD), key("a b", GOOD), key("a\u00a0b", GOOD), key("a\nb", GOOD),
        key("a\0b", GOOD), key("n", GOOD, "00000000"), key("n", GOOD, "1234567"), key("n", GOOD).upper(),
        key("n", GOOD) + "\n", " " + key("n", GOOD), key("n", GOOD)[:-1], key("n", GOOD) + "=", key("n", b""),
        key("n", GOOD[:32]), key("n", GOOD + b"k"), key("n", b"\x01"), key("n", b"\x04" + b"k" * 31),
        "n\ud800+00000000+AQ==",
    ),
)  # fmt: skip  # one per line says no more
def test_what_is_not_a_key_is_refused(vkey: str) -> None:
    """Parts that are missing, cut, of another length or do not belong together."""
    with pytest.raises(ProofError) as refused:
        Verifier.of(vkey)
    assert "bad_vkey" == refused.value.code


@pytest.mark.parametrize("kind", (0x00, 0x02, 0x05, 0x06, 0xFF))
def test_a_key_of_an_unknown_algorithm_is_refused_by_its_type(kind: int) -> None:
    """ECDSA, RFC 6962, ML-DSA: not broken, only not known here."""
    with pytest.raises(ProofError, match=f"type 0x{kind:02x}") as refused:
        Verifier.of(key("n", bytes([kind]) + b"k" * 32))
    assert "unknown_algorithm" == refused.value.code


@pytest.mark.parametrize(("name", "seed"), (("", b"k" * 32), ("a b", b"k" * 32), ("a+b", b"k" * 32), ("a", b"k")))
def test_a_key_that_could_sign_nothing_is_not_made(name: str, seed: bytes) -> None:
    """Its name could not stand in a note, or its seed has another length."""
    with pytest.raises(ProofError) as refused:
        SigningKey.of(name, seed)
    assert "bad_key" == refused.value.code


def test_a_key_does_not_show_its_secret() -> None:
    """What is printed in a traceback or a log is its name."""
    assert "SigningKey(name='example.org/log')" == repr(LOG)
    assert SigningKey.generate("n") != SigningKey.generate("n")


@pytest.mark.parametrize(
    ("text", "lines"), (("a", ["x"]), ("a", [SIGNED]), ("a\n", []), ("a\n", ["x"]), ("a\rb\n", [SIGNED]))
)
def test_a_note_that_nobody_could_open_is_not_written(text: str, lines: list[str]) -> None:
    """A text without its line feed, no signature, a control character."""
    with pytest.raises(ProofError) as refused:
        write_note(text, lines)
    assert "bad_note" == refused.value.code


def cosigned(time: int = 1_700_000_000) -> Note:
    """The note with a witness's line."""
    return open_note(NOTE + WITNESS.cosign(TEXT, time).encode(), verifiers(LOG, WITNESS))


def test_a_cosignature_vouches_for_text_and_time() -> None:
    """The message is the one of C2SP tlog-cosignature v1, checked here as a plain signature."""
    log, witness = cosigned().verified
    assert (None, 1_700_000_000) == (log.time, witness.time)
    message = b"cosignature/v1\ntime 1700000000\n" + TEXT.encode()
    assert Verifier(WITNESS.name, 0x01, verifiers(WITNESS)[0].public).verifies(message, witness.data[8:])


def test_a_cosignature_of_another_time_or_kind_is_refused() -> None:
    """The time is signed; a plain signature is none, cut off or beyond 2^63 neither."""
    data = cosigned().verified[1].data
    witness = verifiers(WITNESS)[0]
    assert witness.verifies(TEXT.encode(), data)
    for broken in (data[:7] + b"\1" + data[8:], data[8:], data[:71], data + b"\0", b"\xff" + data[1:], b""):
        assert not witness.verifies(TEXT.encode(), broken)
    assert not verifiers(LOG)[0].verifies(TEXT.encode(), data)
    with pytest.raises(ProofError, match="does not fit"):
        cosigned(2**63)
    assert 2**63 - 1 == cosigned(2**63 - 1).verified[1].time
