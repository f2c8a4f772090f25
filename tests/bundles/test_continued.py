"""A bundle held against checkpoints that somebody kept, such as those that an organisation's mailboxes got."""

from pathlib import Path

import pytest

from deploy.main import main
from events.proof.checkpoint import Checkpoint, origin_of, signed
from events.proof.notes import SigningKey
from services.bundles.verify import verify
from tests.bundles.made import ORG, MadeLog

SIZES = (0, 1, 2, 255, 256, 257, 300, 512, 533, 539)


def codes(bundle: Path, log: MadeLog, *kept: bytes) -> list[str]:
    return [one.code for one in verify(bundle, [log.key.vkey], kept=kept).faults]


@pytest.mark.parametrize("size", SIZES)
def test_a_log_goes_on_from_every_checkpoint_of_its_own(size, log: MadeLog, whole: Path, part: Path):
    """At the edges of tiles and between; in the bundle of a whole log and in one of a part, which has hashes only."""
    assert SIZES[-1] == len(log.records)
    for bundle in (whole, part):
        verdict = verify(bundle, [log.key.vkey], kept=[log.checkpoint(size)])
        assert verdict.sound, verdict.faults
        assert any(f"goes on from the checkpoint of {size:,} records that you kept" in one for one in verdict.proven)


@pytest.mark.parametrize("changed", (0, 255, 256, 499))
def test_a_history_that_was_changed_and_signed_again_is_found(changed, tmp_path: Path):
    """Whoever runs the database has the key, too: only what was kept elsewhere tells the new history from the old."""
    honest, forged = MadeLog().fill(600), MadeLog()
    for position, (stream, type_, version, _) in enumerate(honest.kept):
        record = honest.records[position]
        forged.put(
            stream, type_, version, record.replace(b'"percent":', b'"percent":1') if position == changed else record
        )
    bundle = forged.export(tmp_path / "b")
    for size in (500, 599, 600):
        assert "history_changed" in codes(bundle, honest, honest.checkpoint(size))
    assert "history_changed" not in codes(bundle, honest, honest.checkpoint(changed))


def test_a_log_that_was_cut_short_is_found(log: MadeLog, tmp_path: Path):
    """The kept checkpoint has more records than the bundle."""
    short = MadeLog().fill(300)
    assert ["log_shorter"] == codes(short.export(tmp_path / "b"), short, log.checkpoint())


def test_what_was_kept_must_be_of_this_log_and_signed_by_it(log: MadeLog, whole: Path):
    """Another origin, another key, a note that was changed, no note at all: each is a fault and no proof."""
    note = log.checkpoint(300)
    renamed = SigningKey.of(origin_of(ORG, 2), bytes(range(32)))
    other = signed(Checkpoint(renamed.name, 300, log.tree_head(300).root), [renamed])
    stranger = signed(log.tree_head(300), [SigningKey.generate(log.key.name)])
    for kept in (stranger, note.replace(b"\n300\n", b"\n301\n"), b"", b"\xff", b"a mail"):
        assert codes(whole, log, kept), kept
        assert codes(whole, log, note, kept), kept
    faults = verify(whole, [log.key.vkey, renamed.vkey], kept=[other]).faults
    assert ["foreign_checkpoint"] == [one.code for one in faults]


def test_the_command_takes_kept_checkpoints(log: MadeLog, whole: Path, tmp_path: Path, capsys):
    """One file each; what cannot be read is said before anything is checked."""
    for size in (256, 300):
        (tmp_path / str(size)).write_bytes(log.checkpoint(size))
    words = ["verify", str(whole), "--key", log.key.vkey]
    assert 0 == main([*words, "--continues", str(tmp_path / "256"), "--continues", str(tmp_path / "300")])
    assert 2 == capsys.readouterr().out.count("that you kept")
    (tmp_path / "300").write_bytes(b"a mail")
    assert 1 == main([*words, "--continues", str(tmp_path / "300")])
    assert "NOT SOUND" in capsys.readouterr().out
    assert 1 == main([*words, "--continues", str(tmp_path / "none")])
    assert capsys.readouterr().err.startswith("error [no_checkpoint]: ")
