"""The page that checks bundles in a browser comes to the same verdicts as the command, and passes the same vectors."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import msgspec
import pytest

from events.proof.notes import SigningKey
from events.record import canonical
from events.subjects.log import StreamsRootTaken
from services.bundles.verify import verify
from tests.bundles.damage import HASHES, LINES, PROOF, RECORDS, WAYS, Kind, damage
from tests.bundles.made import MadeLog
from tests.bundles.page import agreed, checked, opened_page
from tests.bundles.vouched import Installation
from tests.console.browser import Browser

BYTES = Kind(lambda data: [data[at : at + 9] for at in range(0, len(data), 9)], b"".join, 3)
PLACES: tuple[tuple[str, str, Kind], ...] = (
    ("whole", "tile/entries/001", RECORDS),
    ("whole", "tile/0/000", HASHES),
    ("whole", "tile/1/000.p/2", Kind(HASHES.split, HASHES.join, 0)),
    ("whole", "checkpoint", LINES),
    ("whole", "manifest.json", BYTES),
    ("part", "records", BYTES),
    ("part", "receipts", PROOF),
    ("part", "streams", BYTES),
    ("whole", "streams.ndjson", LINES),
    ("vouched", "anchors/10/checkpoint", LINES),
    ("vouched", "anchors/10/consistency", LINES),
    ("vouched", "anchors/10/record", BYTES),
    ("vouched", "anchors/10/record.tlog-proof", LINES),
    ("vouched", "anchors/10/anchored", LINES),
    ("vouched", "anchors/10/time-stamp.tsr", BYTES),
    ("vouched", "anchors/11/checkpoint", LINES),
    ("vouched", "anchors/11/witnessed", LINES),
    ("vouched", "anchors/11/witnessed", Kind(LINES.split, LINES.join, -2)),
)


VECTORS = """((roots, proofs, growths) => {
    const bytes = (text) => Uint8Array.from(text.match(/../g) ?? [], (one) => parseInt(one, 16));
    const raw = (text) => Uint8Array.from(atob(text ?? ""), (one) => one.charCodeAt(0));
    const leaves = roots.leaf_inputs_hex.map((one) => Mentorledger.leafHash(bytes(one)));
    const bad = [];
    roots.root_hashes_hex_by_size.forEach((root, size) => {
        if (Mentorledger.hex(Mentorledger.rootOf(leaves.slice(0, size))) !== root) bad.push(size);
    });
    for (const one of proofs) {
        const proof = (one.proof ?? []).map(raw);
        const reached = Mentorledger.rootByInclusion(raw(one.leafHash), one.leafIdx, one.treeSize, proof);
        const good = reached !== null && Mentorledger.hex(reached) === Mentorledger.hex(raw(one.root));
        if (good === Boolean(one.wantErr)) bad.push(one.name);
    }
    for (const one of growths) {
        const proof = (one.proof ?? []).map(raw);
        const good = Mentorledger.isConsistent(one.size1, one.size2, proof, raw(one.root1), raw(one.root2));
        if (good === Boolean(one.wantErr)) bad.push(one.name);
    }
    return JSON.stringify([roots.root_hashes_hex_by_size.length, proofs.length, growths.length, bad]);
})"""


@pytest.fixture(scope="module")
def page() -> Iterator[Browser]:
    yield from opened_page()


@pytest.mark.parametrize("which", ("whole", "part"))
def test_a_sound_bundle_is_proven(which: str, page: Browser, log: MadeLog, request: pytest.FixtureRequest) -> None:
    """Nothing is found, and what is proven and what is not is said."""
    verdict = checked(page, request.getfixturevalue(which), log.key.vkey)
    assert [] == verdict["faults"]
    assert verdict["sound"]
    assert len(verdict["proven"]) >= 3 <= len(verdict["notProven"])


@pytest.mark.parametrize("size", (0, 1, 255, 256, 257, 600))
def test_any_size_of_log(size: int, page: Browser, tmp_path: Path) -> None:
    """Empty, one record, and around the widths of tiles."""
    made = MadeLog().fill(size)
    verdict = checked(page, made.export(tmp_path / "bundle"), made.key.vkey)
    assert (True, []) == (verdict["sound"], verdict["faults"])


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(("which", "place", "kind"), PLACES, ids=[place for _, place, _ in PLACES])
def test_whatever_the_command_refuses_the_page_refuses(
    which: str,
    place: str,
    kind: Kind,
    way: str,
    page: Browser,
    log: MadeLog,
    town: Installation,
    request: pytest.FixtureRequest,
    tmp_path: Path,
) -> None:
    """Every damage is found by both, and both name the damaged file."""
    folder = shutil.copytree(request.getfixturevalue(which), tmp_path / "bundle")
    file = folder / place
    if file.is_dir():
        file = min(file.iterdir())
    damage(file, kind, way)
    verdict = agreed(page, folder, log.key.vkey, outside=town.outside)
    assert not verdict.proven
    assert file.relative_to(folder).as_posix() in {one.file for one in verdict.faults}


def test_anchors_are_proven_as_far_as_a_page_can(page: Browser, town: Installation, vouched: Path) -> None:
    """The installation's key and the witness count; of the time stamp it says where its signer is checked."""
    verdict = checked(page, vouched, town.log.key.vkey, outside=town.outside)
    assert [] == verdict["faults"]
    proven, left = "\n".join(verdict["proven"]), "\n".join(verdict["notProven"])
    assert "its head of 11 records signed with the key that you gave, names the first 500 records" in proven
    assert "The first 500 records stand under a head that the witness witness.example/w says that it saw at" in proven
    assert "existed before" not in proven
    assert "verify --tsa-cert" in left
    assert "records from 500 on" in left
    without = checked(page, vouched, town.log.key.vkey)
    assert without["sound"]
    assert "witness.example" not in "\n".join(without["proven"])
    assert "(its key)" in "\n".join(without["notProven"])


def test_anchors_of_others_are_refused_by_both(
    page: Browser, town: Installation, vouched: Path, tmp_path: Path
) -> None:
    """A stamp and a cosignature of another head, an older head as a newer one, another's checkpoint, an anchor less."""
    newer, older = "anchors/11", "anchors/10"
    witnessed, note = ((vouched / newer / name).read_bytes() for name in ("witnessed", "anchored"))
    stamped = (vouched / older / "anchored").read_bytes()
    changes: dict[str, dict[str, bytes | None]] = {
        "another stamp": {f"{older}/time-stamp.tsr": town.stamp(note)},
        "another cosignature": {f"{newer}/witnessed": note + town.cosign(stamped)[len(stamped) :]},
        "a cosignature less": {f"{newer}/witnessed": note},
        "one twice": {f"{newer}/witnessed": witnessed + witnessed[len(note) :]},
        "an older checkpoint": {f"{newer}/checkpoint": (vouched / older / "checkpoint").read_bytes()},
        "an older head": {f"{newer}/{one.name}": one.read_bytes() for one in (vouched / older).iterdir()},
        "a record that is not there": {
            f"{newer}/record": canonical(json.loads((vouched / newer / "record").read_bytes()) | {"salt": "ab" * 16})
        },
        "a file less": {f"{older}/time-stamp.tsr": None},
        "a file more": {f"{older}/witnessed": witnessed},
    }
    for name, changed in changes.items():
        folder = shutil.copytree(vouched, tmp_path / name)
        for place, content in changed.items():
            (folder / place).unlink(missing_ok=True)
            if content is not None:
                (folder / place).write_bytes(content)
        ours = {(one.code, one.file) for one in verify(folder, [town.log.key.vkey], outside=town.outside).faults}
        verdict = checked(page, folder, town.log.key.vkey, outside=town.outside)
        assert ours == {(one["code"], one["file"]) for one in verdict["faults"]}, name
        assert ours


@pytest.mark.parametrize("false", ("root", "programmes_root", "size"))
def test_every_statement_of_the_log_is_checked(false: str, page: Browser, tmp_path: Path) -> None:
    """An early one that is false is found, though the manifest names the last, which is true."""
    made = MadeLog().fill(290).state()
    stated = msgspec.structs.asdict(made.stated()) | {false: 17 if false == "size" else "ab" * 32}
    made.fill(40).add(f"log-{made.org}", StreamsRootTaken(**stated))
    made.fill(7).state()
    folder = made.export(tmp_path / "bundle")
    code = "programmes_differ" if false == "programmes_root" else "statement_differs"
    ours = {(one.code, one.position) for one in verify(folder, [made.key.vkey]).faults}
    theirs = {(one["code"], one["position"]) for one in checked(page, folder, made.key.vkey)["faults"]}
    assert ours == theirs
    assert (code, 331) in ours


def test_a_statement_may_lie_back(page: Browser, tmp_path: Path) -> None:
    """What was written between the size that is stated and the statement, over a full tile, does not disturb it."""
    made = MadeLog().fill(250)
    stated = made.stated()
    made.fill(300, relationships=9).add(f"log-{made.org}", stated)
    folder = made.export(tmp_path / "bundle")
    assert verify(folder, [made.key.vkey]).sound
    verdict = checked(page, folder, made.key.vkey)
    assert (True, []) == (verdict["sound"], verdict["faults"])


@pytest.mark.parametrize(
    ("vkey", "code"),
    (
        (SigningKey.of("mentorledger/log/other", bytes(32)).vkey, "no_known_signature"),
        ("nonsense", "bad_vkey"),
        ("", "bad_vkey"),
    ),
)
def test_a_key_of_another_log_opens_nothing(vkey: str, code: str, page: Browser, whole: Path) -> None:
    """The key comes from elsewhere; one that does not fit is named as that."""
    verdict = checked(page, whole, vkey)
    assert (False, code) == (verdict["sound"], verdict["faults"][0]["code"])


def test_a_file_that_nobody_vouches_for_is_named(page: Browser, log: MadeLog, whole: Path, tmp_path: Path) -> None:
    """Something more in the folder is a fault."""
    folder = shutil.copytree(whole, tmp_path / "bundle")
    (folder / "note.exe").write_bytes(b"x")
    assert ["note.exe"] == [one["file"] for one in checked(page, folder, log.key.vkey)["faults"]]


def test_the_published_vectors_hold_in_the_page_too(page: Browser, shared_dir: Path) -> None:
    """Roots, inclusion and consistency proofs of RFC 6962 trees, those that must fail included."""
    folder = shared_dir / "vectors" / "rfc6962-merkle"
    roots = json.loads((folder / "roots.json").read_text())
    proofs = json.loads((folder / "inclusion.json").read_text())
    growths = json.loads((folder / "consistency.json").read_text())
    found = page.ask(f"{VECTORS}({json.dumps(roots)}, {json.dumps(proofs)}, {json.dumps(growths)})")
    assert [9, 98, len(growths), []] == json.loads(found)


def test_the_page_has_no_way_to_the_network(page: Browser) -> None:
    """Its policy allows no request at all, and it names no address."""
    source = files("services.bundles").joinpath("verifier.html").read_text(encoding="utf-8")
    assert "default-src 'none'" in source
    assert "http" not in source.replace("http-equiv", "")
    assert "blocked" == page.ask("fetch('http://127.0.0.1:9/').then(() => 'open', () => 'blocked')")
