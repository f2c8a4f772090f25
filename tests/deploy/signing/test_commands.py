"""`mentorledger key`, `log` and `doctor` over a signed log: shown, rotated, restored from an older copy, refilled."""

from datetime import UTC, datetime
from unittest.mock import ANY
from uuid import UUID

import pytest
from werkzeug.test import TestResponse

from deploy.composition import composed
from deploy.wsgi import application
from events.errors import LogHalted
from events.organisations import issue_token
from events.proof.checkpoint import Checkpoint, open_checkpoint, origin_of
from events.proof.notes import Verifier
from events.proof.receipts import parse_receipt
from services.bundles.verify import verify
from tests.conftest import Command, Database
from tests.deploy.signing.logs import (
    COME_BACK,
    COPY,
    FORGE,
    GO_BACK,
    as_owner,
    exported,
    fault,
    newest,
    refusal,
    said,
    sign,
)


def test_key_is_shown_with_its_fingerprint(command, org, folder):
    """What goes into contracts: the verifier key, its fingerprint, and how it is used."""
    told = said(command, "key", "show")
    (key,) = told["keys"]
    assert (str(org), origin_of(org)) == (told["organisation_id"], told["origin"])
    assert (origin_of(org), key["fingerprint"]) == (Verifier.of(key["vkey"]).name, Verifier.of(key["vkey"]).fingerprint)
    _, shown, advice = command("key", "show")
    assert f"{key['vkey']}\n" == shown
    assert key["fingerprint"] in advice and "never together with a bundle" in advice


def test_what_key_show_prints_is_a_file_for_verify(command, org, folder, database, tmp_path):
    """The keys alone, both while one retires: what an auditor keeps of it checks a bundle."""
    said(command, "key", "rotate")
    sign(database, folder, org)
    kept = tmp_path / "key.txt"
    kept.write_text(command("key", "show")[1])
    assert 2 == len(kept.read_text().splitlines())
    bundle = exported(database, org, tmp_path / "bundle.zip")
    assert 0 == command("verify", str(bundle), "--key", str(kept))[0]


def test_rotated_key_is_announced_in_the_log_under_the_old_one(command, org, folder, database):
    """One event however often it is asked for, in a log whose next checkpoint both keys sign.

    Asked again it is refused: nobody must take a rotation that was asked for before for another.
    """
    old = said(command, "key", "show")["keys"][0]["vkey"]
    rotated = said(command, "key", "rotate", "--overlap", "7")
    status, out, errors = command("key", "rotate", "--overlap", "5")
    assert (1, "") == (status, out)
    assert errors.startswith("error [rotation_under_way]:")
    assert rotated["vkey"] in errors and rotated["old_signs_until"] in errors
    assert old == rotated["old_vkey"] != rotated["vkey"]
    with composed(database.service_url) as core:
        (event,) = core.log.read(org, types=["log.key_rotated"])
    assert (old, rotated["vkey"]) == (event.data.old_vkey, event.data.new_vkey)
    note = sign(database, folder, org)
    for vkey in (old, rotated["vkey"]):
        assert event.position < open_checkpoint(note, [Verifier.of(vkey)]).size
    assert [rotated["vkey"], old] == [key["vkey"] for key in said(command, "key", "show")["keys"]]
    _, _, advice = command("key", "show")
    assert f"signs until {rotated['old_signs_until']}" in advice


def test_no_signer_is_begun_where_none_has_been(command, org, tmp_path):
    """A machine without the signer is told where to look, and gets no second one by looking."""
    assert "no_signer" == refusal(command, "key", "show")
    assert (None, "none here yet; `mentorledger run` starts one") == fault(command, "signer")
    assert not (tmp_path / "data" / "signer").exists()


def test_signer_that_does_not_answer_is_found(command, org, monkeypatch):
    """The doctor names the setting, not the secret."""
    monkeypatch.setenv("SIGNER_URL", "http://:hidden@127.0.0.1:1")
    code, message = fault(command, "signer")
    assert ("signer_unavailable", True, False) == (code, "SIGNER_URL" in message, "hidden" in message)


def test_sound_log_is_shown_as_such(command, org, folder, database):
    """Size and signed size; the doctor has nothing to say."""
    sign(database, folder, org)
    (shown,) = said(command, "log", "status")
    assert shown["size"] == shown["signed"] > 0
    assert (str(org), None) == (shown["organisation_id"], shown["halted"])
    assert (None, None) == (fault(command, "logs")[0], fault(command, "signer")[0])
    _, out, _ = command("log", "status")
    assert out.startswith(str(org))


def test_restored_log_is_halted_and_goes_on_once_its_records_are_back(command, org, folder, database):
    """Fewer records than were signed: found, halted, refused to writers, not resumed; refilled: all of it again."""
    sign(database, folder, org)
    as_owner(database, org, *COPY, *GO_BACK)
    code, message = fault(command, "signer")
    assert "log_halted" == code
    assert str(org) in message and f"log resume --org {org}" in message
    with pytest.raises(LogHalted):
        sign(database, folder, org)
    assert "log_halted" == fault(command, "logs")[0]
    assert "log_halted" == refusal(command, "token", "issue")
    assert "records_missing" == refusal(command, "log", "resume")
    assert f"`mentorledger log refill BUNDLE --org {org}`" in command("log", "resume")[2]
    as_owner(database, org, *COME_BACK)
    assert "log_halted" == refusal(command, "token", "issue")
    status, out, _ = command("log", "resume")
    assert 0 == status and "The log takes events." in out
    said(command, "token", "issue")
    sign(database, folder, org)
    assert (None, None) == (fault(command, "logs")[0], fault(command, "signer")[0])


def test_doctor_says_once_and_in_lines_how_a_halted_log_goes_on(command, org, folder, database):
    """The three ways as commands to copy, under the check of the logs alone, to which that of the signer points."""
    sign(database, folder, org)
    as_owner(database, org, *GO_BACK)
    with pytest.raises(LogHalted):
        sign(database, folder, org)
    _, out, errors = command("doctor")
    assert "" == errors
    assert "`mentorledger doctor`" not in out
    assert all(len(line) <= 105 for line in out.splitlines())
    for way in ("resume --org {}", "refill --org {} BUNDLE", "resume --org {} --new-origin"):
        assert 1 == out.splitlines().count(f"         mentorledger log {way.format(org)}")
    assert ("log_halted", True) == (fault(command, "signer")[0], "the check of the logs" in fault(command, "signer")[1])


def test_halt_is_told_once(command, org, folder, database, tmp_path, caplog):
    """Not by the program's log beside the refusal: the reason stands in the one place that asks for it."""
    sign(database, folder, org)
    bundle = exported(database, org, tmp_path / "bundle.zip")
    as_owner(database, org, *GO_BACK)
    with pytest.raises(LogHalted):
        sign(database, folder, org)
    assert [f"The log {org} is halted; `mentorledger doctor` says why."] == caplog.messages
    caplog.clear()
    assert "records_missing" == refusal(command, "log", "resume")
    assert 0 == command("log", "refill", str(bundle))[0]
    assert [] == caplog.messages


def test_lost_records_come_back_from_a_bundle(command, org, folder, database, tmp_path):
    """Byte for byte, with the states that follow from them; then the log goes on and is signed as the same log."""
    token = said(command, "token", "issue", "--label", "Second")["token_id"]
    sign(database, folder, org)
    bundle = exported(database, org, tmp_path / "bundle.zip")
    with composed(database.service_url) as core:
        before = [core.log.record_bytes(org, position) for position in range(core.log.size(org))]
    as_owner(database, org, *GO_BACK, "DELETE FROM live_states", "DELETE FROM live_claims")
    shown = said(command, "log", "refill", str(bundle))
    assert (3, 3, None) == (shown["size"], shown["signed"], shown["halted"])
    with composed(database.service_url) as core:
        assert before == [core.log.record_bytes(org, position) for position in range(core.log.size(org))]
    assert token in {one["token_id"] for one in said(command, "token", "list")}
    said(command, "token", "issue")
    sign(database, folder, org)
    assert "nothing_missing" == refusal(command, "log", "refill", str(bundle))


def test_bundle_that_is_older_or_of_another_history_brings_nothing_back(command, org, folder, database, tmp_path):
    """Too short, changed, not there, of a log that differs: each refused, and what it does not have is not taken."""
    sign(database, folder, org)
    old = exported(database, org, tmp_path / "old")
    said(command, "token", "issue")
    sign(database, folder, org)
    new, changed = (exported(database, org, tmp_path / name) for name in ("new", "changed"))
    entries = changed / "tile" / "entries" / "000.p" / "3"
    entries.write_bytes(entries.read_bytes().replace(b"Nordlicht", b"Suedlicht"))
    as_owner(database, org, *GO_BACK)
    assert "no_bundle" == refusal(command, "log", "refill", str(tmp_path / "nowhere"))
    assert "record_differs" == refusal(command, "log", "refill", str(changed))
    assert "records_missing" == refusal(command, "log", "refill", str(old))
    assert "nothing_new" == refusal(command, "log", "refill", str(old))
    as_owner(database, org, *FORGE)
    assert "other_history" == refusal(command, "log", "refill", str(new))
    assert 2 == said(command, "log", "status")[0]["size"]


def test_log_that_lost_records_for_good_goes_on_under_a_new_origin(command, org, folder, database, tmp_path):
    """A new key, whose first record names what was signed before; checkpoints of lost records do not get in its way.

    They stay for whoever asks for those of the old origin; checkpoint, receipts and bundle are the new one's alone.
    """
    assert "not_halted" == refusal(command, "log", "resume", "--new-origin")
    sign(database, folder, org)
    signed = open_signed(command, database, org)
    old = newest(database, org).note
    as_owner(database, org, *GO_BACK, "DELETE FROM live_states WHERE position >= 1")
    as_owner(database, org, "UPDATE live_states SET version = 1, position = 0")
    assert "log_halted" == fault(command, "signer")[0]
    with pytest.raises(LogHalted):
        sign(database, folder, org)
    said(command, "projections", "rebuild", "live")
    shown = said(command, "log", "resume", "--new-origin")
    assert (f"{origin_of(org)}/2", None) == (shown["origin"], shown["halted"])
    status, _, errors = command("log", "resume", "--new-origin")
    assert (1, True) == (
        status,
        errors.startswith(f"error [not_halted]: This log takes events under {shown['origin']}:"),
    )
    with composed(database.service_url) as core:
        (event,) = core.log.read(org, types=["log.continued"])
    assert (1, origin_of(org), shown["origin"]) == (event.position, event.data.old_origin, event.data.new_origin)
    assert (signed.size, signed.root.hex()) == (event.data.size, event.data.root)
    assert "not_signed_yet" == read(database, org, "/log/checkpoint").get_json(force=True)["code"]
    vkey = said(command, "key", "show")["keys"][0]["vkey"]
    # The new origin comes to the size of the old checkpoint first, and goes on from there.
    for size in (2, 3):
        head = open_checkpoint(sign(database, folder, org), [Verifier.of(vkey)])
        assert Checkpoint(shown["origin"], size, ANY) == head
        note = read(database, org, "/log/checkpoint").data
        assert head == open_checkpoint(note, [Verifier.of(vkey)])
        receipt = parse_receipt(read(database, org, "/events/1/proof").data)
        assert head == receipt.check(record_bytes(database, org, 1), [Verifier.of(vkey)])
        assert verify(exported(database, org, tmp_path / f"bundle-{size}"), [vkey]).sound
        if size == 2:
            said(command, "token", "issue")
    assert note == read(database, org, "/log/origins/2/checkpoint").data
    assert old == read(database, org, "/log/origins/1/checkpoint").data
    assert "unknown_origin" == read(database, org, "/log/origins/3/checkpoint").get_json(force=True)["code"]
    assert (None, None) == (fault(command, "logs")[0], fault(command, "signer")[0])


def open_signed(command: Command, database: Database, org: UUID) -> Checkpoint:
    """The newest checkpoint."""
    vkey = said(command, "key", "show")["keys"][0]["vkey"]
    return open_checkpoint(newest(database, org).note, [Verifier.of(vkey)])


def record_bytes(database: Database, org: UUID, position: int) -> bytes:
    """A record."""
    with composed(database.service_url) as core:
        record = core.log.record_bytes(org, position)
    assert record is not None
    return record


def read(database: Database, org: UUID, path: str) -> TestResponse:
    """What the API answers to somebody who may read."""
    with composed(database.service_url) as core:
        _, token = issue_token(core.engine, org, label="reader", scopes=frozenset({"read"}), now=datetime.now(UTC))
        app = application(core, "redis://127.0.0.1:1", lambda _org: None)
        return app.test_client().get(f"/api/v1{path}", headers={"Authorization": f"Bearer {token}"})


def test_tiles_of_lost_records_are_not_taken_for_those_to_come(command, org, folder, database):
    """A database that holds more tiles than records goes on under no origin, until all of it is from one copy."""
    sign(database, folder, org)
    tile = "INSERT INTO tiles SELECT org_id, 0, 0, decode(repeat('00', 8192), 'hex'), sha256('') FROM log_heads"
    as_owner(database, org, tile, "UPDATE log_heads SET halted = 'It is.'")
    assert "tiles_beyond" == refusal(command, "log", "resume", "--new-origin")


def test_changed_records_do_not_make_a_halted_log_go_on(command, org, folder, database):
    """As many records as were signed, and one of them another: the log stays halted."""
    sign(database, folder, org)
    as_owner(
        database,
        org,
        "ALTER TABLE events DISABLE TRIGGER USER",
        "UPDATE log_heads SET halted = 'It is.'",
        *FORGE,
    )
    assert "records_differ" == refusal(command, "log", "resume")
    assert "log_halted" == refusal(command, "token", "issue")
