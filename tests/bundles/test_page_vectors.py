"""The vectors and the forms of others hold in the page as in the command: notes, signatures, receipts, JSON."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from events.proof.checkpoint import Checkpoint, open_checkpoint, signed
from events.proof.errors import ProofError
from events.proof.notes import Cosigner, SigningKey, Verifier, open_note, write_note
from events.proof.receipts import Receipt, parse_receipt
from events.proof.tree import leaf_hash, node_hash
from tests.bundles.page import found, opened_page
from tests.console.browser import Browser

LOG = SigningKey.of("example.org/log", bytes(range(32)))
WITNESS = Cosigner.of("example.org/witness", bytes(range(2, 34)))
RECORDS = (b"one", b"two")
HEAD = Checkpoint(LOG.name, 2, node_hash(*map(leaf_hash, RECORDS)))
COSIGNED = write_note(HEAD.text, [LOG.sign(HEAD.text), WITNESS.cosign(HEAD.text, 1_780_000_000)])
RECEIPT = Receipt(1, (leaf_hash(RECORDS[0]),), signed(HEAD, [LOG])).to_bytes()


@pytest.fixture(scope="module")
def page() -> Iterator[Browser]:
    yield from opened_page()


def flipped(data: bytes) -> list[bytes]:
    """The bytes with each bit changed, one at a time."""
    return [data[:at] + bytes([data[at] ^ 1 << bit]) + data[at + 1 :] for at in range(len(data)) for bit in range(8)]


def answers(page: Browser, given: Sequence[bytes], script: str) -> list[Any]:
    """What a function of the page says of each: what it comes to, or the code of its fault."""
    held = json.dumps([b64encode(one).decode() for one in given])
    said: list[Any] = found(
        page,
        f"async () => {{ const said = []; for (const one of {held}.map(raw)) "
        f"try {{ said.push(await ({script})(one)); }} catch (error) {{ said.push(error.code); }} return said; }}",
    )
    return said


def codes(given: Sequence[bytes], check: Any) -> list[Any]:
    """What the command says of each in the same way."""

    def code(data: bytes) -> Any:
        try:
            return check(data)
        except ProofError as error:
            return error.code

    return list(map(code, given))


def test_notes_of_others(page: Browser, shared_dir: Path):
    """The examples of C2SP and of Go's checksum database."""
    cases = json.loads((shared_dir / "vectors" / "signed-note.json").read_text())
    for case in cases:
        keys = f"[Mentorledger.keyOf({json.dumps(case['vkey'])})]"
        opened = f"async (note) => (await Mentorledger.openNote(note, {keys})).text"
        given = [case["note"].encode(), *flipped(case["note"].encode())]
        verifier = Verifier.of(case["vkey"])
        expected = codes(given, lambda data, verifier=verifier: open_note(data, [verifier]).text)
        assert expected == answers(page, given, opened)
        assert expected[0] == case["note"].rpartition("\n\n")[0] + "\n"


def test_signatures_as_wycheproof_judges_them(page: Browser, shared_dir: Path):
    """Malleable, truncated, of small order, with a number beyond the group's."""
    path = shared_dir / "vectors" / "wycheproof" / "testvectors_v1" / "ed25519_test.json"
    groups = json.loads(path.read_text())["testGroups"]
    cases = [
        (group["publicKey"]["pk"], case["msg"], case["sig"], case["result"] == "valid")
        for group in groups
        for case in group["tests"]
    ]
    assert 151 == len(cases)
    said = found(
        page,
        f"() => Promise.all({json.dumps(cases)}.map((one) => "
        "Mentorledger.holds(...one.slice(0, 3).map(Mentorledger.unhex))))",
    )
    assert [good for *_, good in cases] == said


def test_cosigned_checkpoints(page: Browser):
    """With a log's and a witness's key, or one of the two; with every single bit changed."""
    given = [COSIGNED, *flipped(COSIGNED)]
    for keys in ((LOG, WITNESS), (LOG,), (WITNESS,)):
        vkeys = [key.vkey for key in keys]
        verifiers = [Verifier.of(one) for one in vkeys]
        held = f"{json.dumps(vkeys)}.map(Mentorledger.keyOf)"
        opened = f"async (note) => (await Mentorledger.openCheckpoint(note, {held})).size"
        expected = codes(given, lambda data, verifiers=verifiers: open_checkpoint(data, verifiers).size)
        assert expected == answers(page, given, opened)
    assert 2 not in expected


def test_receipts(page: Browser):
    """C2SP tlog-proof, with every single bit changed."""
    given = [RECEIPT, *flipped(RECEIPT)]
    opened = (
        f"async (data) => {{ const found = Mentorledger.parseReceipt(data), keys = [Mentorledger.keyOf('{LOG.vkey}')]; "
        "const head = await Mentorledger.openCheckpoint(found.checkpoint, keys); "
        f"Mentorledger.checkInclusion(Mentorledger.leafHash(Mentorledger.utf8('{RECORDS[1].decode()}')), "
        "found.index, head.size, found.proof, head.root); return head.size; }"
    )
    expected = codes(given, lambda data: parse_receipt(data).check(RECORDS[1], [Verifier.of(LOG.vkey)]).size)
    assert expected == answers(page, given, opened)
    assert [0] == [at for at, one in enumerate(expected) if one == 2]


def test_canonical_json(page: Browser, shared_dir: Path):
    """The examples of RFC 8785 come out byte for byte, or are refused where they have what records may not have."""
    folder = shared_dir / "vectors" / "rfc8785" / "testdata"
    names = ("arrays", "unicode", "french", "values", "weird")
    given = [(folder / "input" / f"{name}.json").read_bytes() for name in names]
    written = (
        "(data) => { try { return Mentorledger.canonical(JSON.parse(new TextDecoder().decode(data))); } "
        "catch (error) { return error.name; } }"
    )
    good = [(folder / "output" / f"{name}.json").read_text() for name in names[:2]]
    assert [*good, *["RangeError"] * 3] == answers(page, given, written)
