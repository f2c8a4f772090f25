"""What the anchors in a bundle prove, to whom with which keys, and what becomes of each that is not what it claims."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from uuid import UUID

import pytest

from events.proof.checkpoint import origin_of
from events.proof.growth import Growth
from events.proof.notes import Cosigner, SigningKey
from events.proof.tree import consistency_proof
from events.record import canonical
from services.anchors.files import ANCHORED, CHECKPOINT, RECEIPT, RECORD, STAMP, WITNESSED
from services.anchors.stamp import Roots
from services.bundles.anchored import Outside
from services.bundles.faults import Verdict
from services.bundles.layout import CONSISTENCY
from services.bundles.verify import verify
from tests.anchors.tsa import Tsa
from tests.bundles.damage import LINES, WAYS, Kind, damage
from tests.bundles.made import MadeLog, rewritten
from tests.bundles.vouched import Installation

PIECES = Kind(lambda data: [data[at : at + 9] for at in range(0, len(data), 9)], b"".join, 3)
OF_AN_ANCHOR = {
    CHECKPOINT: LINES,
    CONSISTENCY: LINES,
    RECORD: PIECES,
    RECEIPT: LINES,
    ANCHORED: LINES,
    WITNESSED: LINES,
    STAMP: PIECES,
}
FIRST, SECOND = "anchors/10", "anchors/11"


def codes(verdict: Verdict) -> set[tuple[str, str]]:
    """The faults, each with its file."""
    assert not verdict.proven
    return {(one.code, one.file) for one in verdict.faults}


def said(verdict: Verdict) -> str:
    """What is proven, in one text."""
    assert verdict.sound, verdict.faults
    return "\n".join(verdict.proven)


@pytest.fixture
def folder(vouched: Path, tmp_path: Path) -> Path:
    return shutil.copytree(vouched, tmp_path / "b")


def checked(folder: Path, town: Installation) -> Verdict:
    """The verdict with all keys."""
    return verify(folder, [town.log.key.vkey], outside=town.outside)


@pytest.mark.parametrize("number", (None, 2))
def test_with_all_keys_everything_is_proven(number, town: Installation, tmp_path: Path):
    """Of a whole log and of a part: who signed, who saw it, since when it is there; openssl takes the stamp, too."""
    bundle = town.export(tmp_path / "b", number)
    proven = said(checked(bundle, town))
    assert "its head of 11 records signed with the key that you gave, names the first 500 records" in proven
    assert "The first 300 records existed before 20" in proven
    assert "says a time-stamp authority under CN=Test root" in proven
    assert "The first 500 records stand under a head that the witness witness.example/w says that it saw at" in proven
    assert any("records from 500 on" in one for one in checked(bundle, town).not_proven)
    stamp, note = ((bundle / FIRST / name).read_bytes() for name in (STAMP, ANCHORED))
    assert "Verification: OK" in town.tsa.verify(stamp, note)


def test_without_keys_nothing_of_it_is_proven(town: Installation, folder: Path):
    """It is said which option would have checked what; the rest of the bundle is proven all the same."""
    verdict = verify(folder, [town.log.key.vkey])
    assert "existed before" not in said(verdict)
    assert "witness" not in said(verdict)
    for option in ("--platform-key", "--witness-key", "--tsa-cert"):
        assert any(option in one for one in verdict.not_proven)


def test_without_anchors_that_is_said(log: MadeLog, town: Installation, whole: Path):
    """Also to whoever brought keys for them."""
    verdict = verify(whole, [log.key.vkey], outside=town.outside)
    assert verdict.sound
    for words in ("nobody outside vouches for it", "no time stamp is in this bundle", "nothing that it cosigned"):
        assert any(words in one for one in verdict.not_proven)


def test_an_anchor_of_the_bundles_own_size_needs_no_growth(tsa: Tsa, tmp_path: Path):
    """Nor a file that says so; one that is there all the same is a stranger."""
    town = Installation(MadeLog().fill(20), tsa)
    town.vouch(20, WITNESSED)
    bundle = town.export(tmp_path / "b")
    assert "The first 20 records stand under" in said(checked(bundle, town))
    (bundle / FIRST / CONSISTENCY).write_bytes(b"old 20\n\n" + (bundle / "checkpoint").read_bytes())
    assert {("unexpected_file", f"{FIRST}/{CONSISTENCY}")} == codes(checked(bundle, town))


def test_the_same_anchors_are_the_same_bytes(town: Installation, tmp_path: Path):
    """An export is reproducible with them."""
    first, second = (town.export(tmp_path / name) for name in ("a.zip", "b.zip"))
    assert first.read_bytes() == second.read_bytes()


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", OF_AN_ANCHOR)
def test_damage_to_any_file_is_named(name, way, town: Installation, folder: Path):
    """Changed, dropped, moved, doubled, cut, extended, emptied, removed."""
    file = next(path for path in (folder / one / name for one in (FIRST, SECOND)) if path.exists())
    damage(file, OF_AN_ANCHOR[name], way)
    assert file.relative_to(folder).as_posix() in {one for _, one in codes(checked(folder, town))}


@pytest.mark.parametrize("name", (STAMP, WITNESSED))
def test_a_changed_signature_of_an_outsider_is_named(name, town: Installation, folder: Path):
    """By whoever gave the key; others learn that nothing of it was checked."""
    file = folder / (FIRST if name == STAMP else SECOND) / name
    data = bytearray(file.read_bytes())
    data[-12 if name == STAMP else -40] ^= 1
    file.write_bytes(data)
    assert file.relative_to(folder).as_posix() in {one for _, one in codes(checked(folder, town))}
    assert verify(folder, [town.log.key.vkey]).sound


@pytest.mark.parametrize("name", (CHECKPOINT, RECORD, RECEIPT))
def test_what_is_anothers_is_not_taken_for_it(name, town: Installation, folder: Path):
    """The same file of an organisation beside it, in the same installation."""
    other = UUID(int=77)
    key = SigningKey.of(origin_of(other), bytes(32))
    neighbour = Installation(MadeLog(org=other, key=key).fill(300), town.tsa)
    files = neighbour.vouch(300, WITNESSED).files
    (folder / FIRST / name).write_bytes(files[name])
    assert f"{FIRST}/{name}" in {one for _, one in codes(checked(folder, town))}


def test_an_older_head_is_not_taken_for_a_newer_one(town: Installation, folder: Path):
    """The files under the older head where those under the newer one belong, and the older checkpoint alone."""
    shutil.copy(folder / FIRST / CHECKPOINT, folder / SECOND / CHECKPOINT)
    assert f"{SECOND}/{CONSISTENCY}" in {one for _, one in codes(checked(folder, town))}
    shutil.rmtree(folder / SECOND)
    shutil.copytree(folder / FIRST, folder / SECOND)
    (folder / SECOND / STAMP).rename(folder / SECOND / WITNESSED)
    assert ("anchor_differs", f"{SECOND}/{ANCHORED}") in codes(checked(folder, town))


def test_a_token_over_another_head_is_named(town: Installation, folder: Path):
    """A true time stamp and a true cosignature, but of something else."""
    (folder / FIRST / STAMP).write_bytes(town.stamp((folder / SECOND / ANCHORED).read_bytes()))
    other = town.cosign((folder / FIRST / ANCHORED).read_bytes())
    line = other[len((folder / FIRST / ANCHORED).read_bytes()) :]
    (folder / SECOND / WITNESSED).write_bytes((folder / SECOND / ANCHORED).read_bytes() + line)
    found = codes(checked(folder, town))
    assert {("anchor_differs", f"{FIRST}/{STAMP}"), ("bad_signature", f"{SECOND}/{WITNESSED}")} == found


def test_what_is_true_of_another_head_is_named(town: Installation, folder: Path):
    """A record that the installation's log does not hold under the head, and a whole cosigned note of another one."""
    record = json.loads((folder / SECOND / RECORD).read_bytes())
    (folder / SECOND / RECORD).write_bytes(canonical(record | {"salt": "ab" * 16}))
    (folder / FIRST / WITNESSED).write_bytes((folder / SECOND / WITNESSED).read_bytes())
    manifest = json.loads((folder / "manifest.json").read_bytes())
    manifest["anchors"][0]["tokens"].append(WITNESSED)
    (folder / "manifest.json").write_bytes(rewritten(manifest))
    found = codes(checked(folder, town))
    assert {("anchor_differs", f"{FIRST}/{WITNESSED}"), ("bad_inclusion", f"{SECOND}/{RECEIPT}")} == found


def test_a_head_without_cosignatures_is_not_witnessed(town: Installation, folder: Path):
    """The line left out, and the same line twice."""
    file = folder / SECOND / WITNESSED
    sound = file.read_bytes()
    for data in ((folder / SECOND / ANCHORED).read_bytes(), sound + sound.splitlines(keepends=True)[-1]):
        file.write_bytes(data)
        assert {("anchor_differs", f"{SECOND}/{WITNESSED}")} == codes(checked(folder, town))


def test_growth_from_elsewhere_proves_nothing(town: Installation, folder: Path):
    """A sound proof from another size than the one that was anchored."""
    size = len(town.log.records)
    proof = consistency_proof(200, size, town.log.hash_at(town.log.org, size))
    growth = Growth(200, proof, (folder / "checkpoint").read_bytes())
    (folder / FIRST / CONSISTENCY).write_bytes(growth.to_bytes())
    assert {("anchor_differs", f"{FIRST}/{CONSISTENCY}")} == codes(checked(folder, town))


def test_an_anchor_left_out_is_missed(town: Installation, folder: Path):
    """The manifest names it; where the manifest does not, its files are strangers."""
    manifest = json.loads((folder / "manifest.json").read_bytes())
    shutil.move(folder / FIRST, folder.with_name("kept"))
    assert {("missing_file", f"{FIRST}/{CHECKPOINT}")} == codes(checked(folder, town))
    shutil.move(folder.with_name("kept"), folder / FIRST)
    (folder / "manifest.json").write_bytes(rewritten(manifest | {"anchors": manifest["anchors"][1:]}))
    found = codes(checked(folder, town))
    assert {"unexpected_file"} == {code for code, _ in found}
    assert f"{FIRST}/{STAMP}" in {name for _, name in found}


@pytest.mark.parametrize(
    "anchors", ([{"above": 10, "tokens": []}], [{"above": 10, "tokens": ["x"]}], [{"above": 0, "tokens": [STAMP]}], [7])
)
def test_false_claims_on_anchors(anchors, town: Installation, folder: Path):
    """No token, an unknown one, no head, no form."""
    manifest = json.loads((folder / "manifest.json").read_bytes()) | {"anchors": anchors}
    (folder / "manifest.json").write_bytes(rewritten(manifest))
    assert ("bad_manifest", "manifest.json") in codes(checked(folder, town))


def test_keys_that_do_not_fit(town: Installation, folder: Path, tmp_path: Path):
    """Another installation's, another authority's, a log's key for a witness's, none; a strange witness."""
    vkey, twin = town.log.key.vkey, SigningKey.of(town.own.key.name, bytes(32)).vkey
    stranger = Tsa(tmp_path / "stranger")
    cases = (
        (Outside(platform=[twin]), ("no_known_signature", f"{FIRST}/{ANCHORED}")),
        (Outside(stamped=Roots.of(stranger.roots)), ("bad_time_stamp", f"{FIRST}/{STAMP}")),
        (Outside(witnesses=[vkey]), ("not_a_witness_key", "")),
        (Outside(witnesses=["nonsense"]), ("bad_vkey", "")),
    )
    for outside, fault in cases:
        assert fault in codes(verify(folder, [vkey], outside=outside))
    strange = Outside(witnesses=[Cosigner.of("witness.example/other", bytes(32)).vkey])
    verdict = verify(folder, [vkey], outside=strange)
    assert "witness.example" not in said(verdict)
    assert any("witness.example/other saw it: nothing" in one for one in verdict.not_proven)


def test_a_key_that_was_replaced_leaves_open_who_signed_then(town: Installation, folder: Path):
    """The records are held to the bundle's own root all the same, so nothing is wrong."""
    old = SigningKey.of(town.log.key.name, bytes(32))
    file = folder / FIRST / CHECKPOINT
    text = town.log.tree_head(300).text
    file.write_text(f"{text}\n{old.sign(text)}")
    verdict = checked(folder, town)
    assert "The first 300 records existed before" in said(verdict)
    assert any(f"Who signed {FIRST}/{CHECKPOINT}" in one for one in verdict.not_proven)


def test_several_roots_are_tried(town: Installation, folder: Path, tmp_path: Path):
    """The file may hold more than one authority's; the one that vouches is named."""
    stranger = Tsa(tmp_path / "stranger")
    for pem in (town.tsa.roots + stranger.roots, stranger.roots + town.tsa.roots):
        assert "existed before" in said(verify(folder, [town.log.key.vkey], outside=Outside(stamped=Roots.of(pem))))
