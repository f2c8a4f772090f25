"""One verdict from command and page on what is signed: heads, keys, checkpoints that were kept, anchors."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from events.proof.checkpoint import Checkpoint, origin_of, signed
from events.proof.notes import Cosigner, SigningKey, write_note
from services.bundles.anchored import Outside
from tests.bundles.changes import Change, claim, edit, lose, put, swap
from tests.bundles.made import ORG, MadeLog
from tests.bundles.page import agreed, opened_page
from tests.bundles.vouched import Installation
from tests.console.browser import Browser


@pytest.fixture(scope="module")
def page() -> Iterator[Browser]:
    yield from opened_page()


def headed(text: str, *keys: SigningKey) -> Change:
    """A checkpoint of this text, signed."""
    return put("checkpoint", f"{text}\n{''.join(key.sign(text) for key in keys)}".encode())


def of_head(log: MadeLog) -> dict[str, Change]:
    """Heads that the log's own key signed, and signatures around them."""
    text, key = log.tree_head().text, log.key
    origin, size, root, _ = text.split("\n")
    twins = [SigningKey.of(key.name, bytes([number] * 32)) for number in range(1, 101)]
    later = SigningKey.of(f"{key.name}/01", bytes(range(32)))
    return {
        "an extension": headed(f"{text}more\n", key),
        "an empty extension": headed(f"{origin}\n{size}\n{root}\n\n", key),
        "a size with a zero": headed(f"{origin}\n0{size}\n{root}\n", key),
        "a size beyond 2^63": headed(f"{origin}\n{2**63}\n{root}\n", key),
        "a size of 2^62": lambda folder: (
            headed(f"{origin}\n{2**62}\n{root}\n", key)(folder),
            swap("manifest.json", '"size":539', f'"size":{2**62}')(folder),
        ),
        "a size a little beyond 2^53": lambda folder: (
            headed(f"{origin}\n{2**53 + 1}\n{root}\n", key)(folder),
            swap("manifest.json", '"size":539', f'"size":{2**53}')(folder),
        ),
        "a size of 0": headed(f"{origin}\n0\n{root}\n", key),
        "a short root": headed(f"{origin}\n{size}\nAAAA\n", key),
        "no root": headed(f"{origin}\n{size}\n", key),
        "a root in loose base64": headed(f"{origin}\n{size}\n{root[:-1]}\n", key),
        "an origin with a number of two digits": lambda folder: (
            headed(text.replace(origin, later.name), later)(folder),
            claim(origin=later.name)(folder),
        ),
        "another origin": headed(text.replace(origin, "mentorledger/log/other"), key),
        "a hundred signatures": headed(text, key, *twins[:99]),
        "101 signatures": headed(text, key, *twins),
        "the same twice": headed(text, key, key),
        "a control character": headed(f"{text}a\tb\n", key),
        "no signature": put("checkpoint", f"{text}\n".encode()),
        "a signature of a name with a space": edit("checkpoint", lambda data: data + "— a\u2003b AAAAAAA=\n".encode()),
        "a signature that is short": edit("checkpoint", lambda data: data + "— a AAAA\n".encode()),
        "no last line feed": edit("checkpoint", lambda data: data[:-1]),
        "no UTF-8": edit("checkpoint", lambda data: data[:-1] + b"\xff\n"),
    }


HEADS = list(of_head(MadeLog().fill(1)))


@pytest.mark.parametrize("name", HEADS)
def test_heads(name: str, page: Browser, log: MadeLog, whole: Path, tmp_path: Path):
    """What is signed has one spelling, and so have the signatures."""
    folder = shutil.copytree(whole, tmp_path / "b")
    of_head(log)[name](folder)
    later = SigningKey.of(f"{log.key.name}/01", bytes(range(32)))
    agreed(page, folder, log.key.vkey, later.vkey)


def test_keys(page: Browser, log: MadeLog, whole: Path):
    """One of several is enough; none, a false one, one of another kind or another log's opens nothing."""
    own = log.key.vkey
    twin, other = SigningKey.of(log.key.name, bytes(32)).vkey, SigningKey.of("mentorledger/log/other", bytes(32)).vkey
    witness = Cosigner.of(log.key.name, bytes(32)).vkey
    sets: tuple[list[str], ...] = (
        [own, twin],
        [twin, own],
        [other, own, own],
        [witness, own],
        [twin],
        [other],
        [witness],
        [],
        [""],
        [own, "x"],
    )
    sound = [agreed(page, whole, *keys).sound for keys in sets]
    assert [True] * 4 + [False] * 6 == sound
    changed = (
        own[:-2] + "A=",
        own.replace("+", "+0", 1),
        own + " ",
        f"{own}+",
        own.lower(),
        own.replace("/", "\u2003", 1),
    )
    for key in changed:
        assert not agreed(page, whole, key).checked


def test_a_head_that_a_witness_cosigned(page: Browser, log: MadeLog, whole: Path, tmp_path: Path):
    """A witness's key among the keys: the page says when it saw the head, and does not take it for the log's."""
    folder, witness = shutil.copytree(whole, tmp_path / "b"), Cosigner.of("witness.example/w", bytes(32))
    text = log.tree_head().text
    put("checkpoint", write_note(text, [log.key.sign(text), witness.cosign(text, 1_780_000_000)]))(folder)
    verdict = agreed(page, folder, log.key.vkey, witness.vkey)
    assert any("says that it saw this head at 2026-" in one for one in verdict.proven)
    assert ["wrong_origin"] == [one.code for one in agreed(page, folder, witness.vkey).faults]


KEPT = (0, 1, 2, 255, 256, 257, 300, 512, 533, 539)


def test_checkpoints_that_were_kept(page: Browser, log: MadeLog, whole: Path, part: Path, tmp_path: Path):
    """At the edges of tiles and between, in a whole log and a part; of another history, log or key, or none."""
    notes = [log.checkpoint(size) for size in KEPT]
    for bundle in (whole, part):
        verdict = agreed(page, bundle, log.key.vkey, kept=notes)
        assert len(KEPT) == sum("that you kept" in one for one in verdict.proven)
    fork = MadeLog().fill(400)
    renamed = SigningKey.of(origin_of(ORG, 2), bytes(range(32)))
    stranger = signed(log.tree_head(300), [SigningKey.generate(log.key.name)])
    other = signed(Checkpoint(renamed.name, 300, log.tree_head(300).root), [renamed])
    longer = signed(Checkpoint(log.key.name, 2**60, log.tree_head(300).root), [log.key])
    strange = (
        fork.checkpoint(),
        stranger,
        other,
        longer,
        notes[6].replace(b"\n300\n", b"\n301\n"),
        b"",
        b"\xff",
        b"a mail",
    )
    for note in strange:
        assert not agreed(page, whole, log.key.vkey, renamed.vkey, kept=[note]).sound
    folder = shutil.copytree(whole, tmp_path / "b")
    lose("tile/0/000")(folder)
    agreed(page, folder, log.key.vkey, kept=[log.checkpoint(300)])


def test_a_longer_log(page: Browser, tmp_path: Path):
    """Of more than 256 full tiles, so that there are tiles above those above, with one of these changed."""
    made = MadeLog().fill(3)
    stream, _, _, _ = made.kept[0]
    sound = made.records[0]
    for _ in range(65_536 + 300):
        made.put(stream, "goal.progressed", 1, sound)
    made.memberships = lambda *_: iter(())  # type: ignore[method-assign]  # none names a programme
    folder = made.export(tmp_path / "b")
    agreed(page, folder, made.key.vkey, kept=[made.checkpoint(size) for size in (65_535, 65_536, 65_700)])
    edit("tile/1/000", lambda data: bytes(32) + data[32:])(folder)
    agreed(page, folder, made.key.vkey)


ANCHOR = "anchors/11"
OF_ANCHORS: dict[str, Change] = {
    "a file more": put(f"{ANCHOR}/time-stamp.tsr"),
    "consistency less": lose(f"{ANCHOR}/consistency"),
    "consistency with 64 lines": swap(f"{ANCHOR}/consistency", "\n\n", ("\n" + "A" * 43 + "=") * 64 + "\n\n"),
    "consistency of a size with a zero": swap(f"{ANCHOR}/consistency", "old ", "old 0"),
    "a head of another size": swap("manifest.json", '"above":11', '"above":12'),
    "a checkpoint with an empty line": edit(f"{ANCHOR}/checkpoint", lambda data: data.replace(b"\n\n", b"\n\n\n")),
    "a record that is none": put(f"{ANCHOR}/record", b"{}"),
    "a receipt of another index": swap(f"{ANCHOR}/record.tlog-proof", "index 10", "index 9"),
    "a stamp that is none": put("anchors/10/time-stamp.tsr", b"\x30\x80"),
    "an empty stamp": put("anchors/10/time-stamp.tsr", b""),
}


@pytest.mark.parametrize("change", OF_ANCHORS.values(), ids=OF_ANCHORS)
def test_changes_to_anchors(change: Change, page: Browser, town: Installation, vouched: Path, tmp_path: Path):
    """Files of what others say."""
    folder = shutil.copytree(vouched, tmp_path / "b")
    change(folder)
    agreed(page, folder, town.log.key.vkey, outside=town.outside)


def test_keys_of_others(page: Browser, town: Installation, vouched: Path):
    """The right ones, none, another's, and such as cannot be used."""
    vkey, twin = town.log.key.vkey, SigningKey.of(town.own.key.name, bytes(32)).vkey
    strange = Cosigner.of("witness.example/other", bytes(32)).vkey
    namesake = Cosigner.of(town.witness.name, bytes([1] * 32)).vkey
    sets = (
        town.outside,
        Outside(),
        Outside(platform=[twin]),
        Outside(platform=[twin, town.own.key.vkey]),
        Outside(witnesses=[strange, town.witness.vkey]),
        Outside(witnesses=[namesake]),
        Outside(witnesses=[vkey]),
        Outside(witnesses=["nonsense"]),
        Outside(platform=["nonsense"]),
    )
    sound = [agreed(page, vouched, vkey, outside=one).sound for one in sets]
    assert [True, True, False, True, True, True, False, False, False] == sound
