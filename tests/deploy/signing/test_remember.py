"""A signer that lost its memory and kept its key: found, halted, told of by the doctor, and reminded."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest

from deploy.composition import composed
from events.errors import LogHalted
from events.organisations import platform_log
from events.proof.checkpoint import origin_of
from events.subjects.platform import CheckpointSeen
from services.pipeline import Fact
from tests.deploy.signing.logs import FORGE, GO_BACK, as_owner, fault, newest, refusal, said, sign


def lose(folder: Path, suffix: str = "memory") -> None:
    """Lose the files of one sort."""
    for found in folder.glob(f"*.{suffix}"):
        found.unlink()


def test_lost_memory_stops_the_log_until_the_signer_is_reminded(command, org, folder, database):
    """No signature, no event; the doctor names the command; after it every record is read, and the log goes on."""
    note = sign(database, folder, org)
    lose(folder)
    code, message = fault(command, "signer")
    assert "memory_lost" == code
    assert f"key remember --org {org}`" in message and f"of {newest(database, org).size} records" in message
    assert "memory_lost" == refusal(command, "log", "resume")
    assert [None] == [one["signed"] for one in said(command, "log", "status")]
    assert "forgotten by the signer" in command("log", "status")[1]
    with pytest.raises(LogHalted):
        sign(database, folder, org)
    assert note == newest(database, org).note
    assert "log_halted" == refusal(command, "token", "issue")
    code, message = fault(command, "logs")
    assert ("log_halted", True) == (code, "See the check of the signer." in message)
    status, out, _ = command("key", "remember")
    assert (0, True) == (status, "knows again" in out and f"log resume --org {org}" in out)
    assert "log_halted" == refusal(command, "token", "issue")
    said(command, "log", "resume")
    said(command, "token", "issue")
    assert note != sign(database, folder, org)
    assert (None, None) == (fault(command, "logs")[0], fault(command, "signer")[0])


def test_records_that_changed_while_nobody_remembered_are_found(command, org, folder, database):
    """The checkpoint that the signer is told of is what the records are held up to."""
    sign(database, folder, org)
    lose(folder)
    as_owner(database, org, "ALTER TABLE events DISABLE TRIGGER USER", *FORGE)
    with pytest.raises(LogHalted):
        sign(database, folder, org)
    said(command, "key", "remember")
    assert "records_differ" == refusal(command, "log", "resume")


def test_a_database_that_went_back_too_needs_somebody_elses_checkpoint(command, org, folder, database, tmp_path):
    """A memory put back from an older checkpoint goes on from a newer one that its key has signed, from a file."""
    sign(database, folder, org)
    said(command, "token", "issue")
    held = tmp_path / "checkpoint"
    held.write_bytes(sign(database, folder, org))
    lose(folder)
    as_owner(database, org, *GO_BACK, "ALTER TABLE checkpoints DISABLE TRIGGER USER", "DELETE FROM checkpoints")
    _, message = fault(command, "signer")
    assert "--checkpoint FILE" in message and "--nothing-signed" in message
    assert "no_checkpoint" == refusal(command, "key", "remember")
    assert "no_checkpoint" == refusal(command, "key", "remember", "--checkpoint", str(tmp_path / "nowhere"))
    assert 3 == said(command, "key", "remember", "--checkpoint", str(held))["size"]
    assert "records_missing" == refusal(command, "log", "resume")
    assert "log_halted" == fault(command, "signer")[0]


def test_the_installations_own_log_is_looked_after_too(command, org, folder, database):
    """It is in no list of organisations, but has a memory: the doctor names it, and `--org` takes its id."""
    with composed(database.service_url) as core:
        own = platform_log(core.engine)
        seen = CheckpointSeen(origin=origin_of(org), size=1, root="00" * 32)
        fact = Fact(stream=f"platform-{org}", data=seen, occurred_at=datetime.now(UTC))
        core.pipeline.record(own, [fact], actor="worker:anchors")
    sign(database, folder, org)
    sign(database, folder, own)
    (memory,) = folder.glob(f"*{own}.memory")
    memory.unlink()
    code, message = fault(command, "signer")
    assert ("memory_lost", True, False) == (code, str(own) in message, str(org) in message)
    with pytest.raises(LogHalted):
        sign(database, folder, own)
    said(command, "key", "remember", "--org", str(own))
    said(command, "log", "resume", "--org", str(own))
    assert None is fault(command, "signer")[0]
    sign(database, folder, own)


def test_a_checkpoint_of_another_key_reminds_nobody(command, org, folder, database, tmp_path):
    """The log's own key must have signed it."""
    sign(database, folder, org)
    lose(folder)
    forged = tmp_path / "checkpoint"
    forged.write_bytes(newest(database, org).note.replace(b"\n2\n", b"\n1\n"))
    assert "bad_note" == refusal(command, "key", "remember", "--checkpoint", str(forged))
    assert "memory_lost" == fault(command, "signer")[0]


def test_a_key_of_which_nothing_was_signed_goes_on(command, org, folder, database):
    """Lost before the first signature: who runs the signer says so."""
    key = said(command, "key", "show")["keys"][0]["vkey"]
    lose(folder)
    assert "memory_lost" == fault(command, "signer")[0]
    assert 0 == said(command, "key", "remember", "--nothing-signed")["size"]
    sign(database, folder, org)
    assert key == said(command, "key", "show")["keys"][0]["vkey"]


def test_a_signer_that_lost_its_key_as_well_signs_nothing_of_a_log_that_was_signed(command, org, folder, database):
    """A fresh folder makes a fresh key, which is no reason to begin anew: files from a copy, or a new origin."""
    old = newest_of(command, database, folder, org)
    lose(folder)
    lose(folder, "key")
    code, message = fault(command, "signer")
    assert ("memory_lost", True) == (code, "signed by another key than the signer's" in message)
    with pytest.raises(LogHalted):
        sign(database, folder, org)
    assert "bad_note" == refusal(command, "key", "remember")
    assert "memory_lost" == refusal(command, "log", "resume")
    shown = said(command, "log", "resume", "--new-origin")
    assert f"{origin_of(org)}/2" == shown["origin"]
    with composed(database.service_url) as core:
        (event,) = core.log.read(org, types=["log.continued"])
    assert old == (event.data.size, event.data.root)
    sign(database, folder, org)
    assert (None, None) == (fault(command, "logs")[0], fault(command, "signer")[0])


def newest_of(command, database, folder, org) -> tuple[int, str]:
    """Size and root of the log, once it is signed."""
    sign(database, folder, org)
    found = newest(database, org)
    return found.size, found.root.hex()


def test_a_new_organisation_is_no_loss(command, org, folder, database):
    """Beside one whose memory is lost, another gets its key and is signed at once."""
    sign(database, folder, org)
    lose(folder)
    fresh = UUID(said(command, "org", "create", "Suedlicht e.V.")["organisation_id"])
    assert sign(database, folder, fresh)
    code, message = fault(command, "signer")
    assert ("memory_lost", True, False) == (code, str(org) in message, str(fresh) in message)
    said(command, "key", "remember", "--org", str(org))
    assert (None, None) == (fault(command, "logs")[0], fault(command, "signer")[0])
