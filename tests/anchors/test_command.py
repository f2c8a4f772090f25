"""`mentorledger anchors`, the settings behind it, and the evidence that it writes, checked by programs of others."""

import json
import subprocess
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from pathlib import Path
from uuid import UUID

import pytest

from deploy.anchoring import targets_of
from deploy.errors import DeployError
from deploy.main import main
from deploy.settings import Settings
from deploy.signing.desk import Desk
from deploy.signing.folder import open_signer_folder
from events.organisations import known_platform_log
from events.proof.checkpoint import origin_of
from events.proof.notes import Cosigner, Verifier, open_note
from events.proof.receipts import parse_receipt
from services.anchors.evidence import Vouchers
from tests.anchors.server import Reply, answering
from tests.anchors.test_rounds import grown
from tests.anchors.tsa import Tsa
from tests.anchors.witnesses import FOREIGN, ours
from tests.signing import MemorySigner
from tests.workers.town import Sink, context_on
from workers.anchors.timestamp import REPLY
from workers.queues import ANCHORS, EVERYBODY, connect, job_id, queue_of
from workers.sweep import Sweep

BOX = "auditor@firm.example"


@pytest.fixture(scope="module")
def tsa(tmp_path_factory) -> Tsa:
    return Tsa(tmp_path_factory.mktemp("command") / "tsa")


@pytest.fixture
def log(command, database, tmp_path):
    """An organisation with a signed log."""
    with context_on(database.service_url, Sink()) as context, open_signer_folder(tmp_path / "signer") as folder:
        return grown(replace(context, signer=Desk(folder)))


def test_what_is_not_named_cannot_be_asked(command, log):
    """Without targets the command says which settings name some."""
    status, _, said = command("now")
    assert 1 == status
    assert said.startswith("error [no_anchors]: ")
    assert "Nobody has vouched" in command("show")[1]


def test_nothing_signed_is_nothing_to_vouch_for(command, monkeypatch):
    """An installation without a signed log."""
    monkeypatch.setenv("ANCHOR_MAIL", BOX)
    status, _, said = command("now")
    assert 1 == status
    assert said.startswith("error [nothing_signed]: ")


def test_no_evidence_before_the_first_anchor(command, log, tmp_path):
    """What nobody vouches for is said, and no folder is made."""
    status, _, said = command("evidence", "--to", str(tmp_path / "evidence"))
    assert 1 == status
    assert said.startswith("error [not_anchored]: ")
    assert not (tmp_path / "evidence").exists()


def test_a_mail_is_kept_where_no_server_is_set(command, log, monkeypatch, tmp_path):
    """The outbox holds the signed checkpoint, which the key that `show` prints opens."""
    monkeypatch.setenv("ANCHOR_MAIL", BOX)
    assert (0, f"{BOX}: vouches for it\n", "") == command("now")
    (path,) = (tmp_path / "data" / "outbox").glob("*.eml")
    assert BOX == message_from_bytes(path.read_bytes())["To"].strip("<>")
    told = json.loads(command("show", "--json")[1])
    assert [("mail", BOX)] == [(one["kind"], one["place"]) for one in told["anchors"]]


def doctor(capsys) -> str | None:
    """The code that `doctor` gives for the anchors."""
    capsys.readouterr()
    main(("doctor", "--json"))
    (code,) = [one["code"] for one in json.loads(capsys.readouterr().out) if one["check"] == "anchors"]
    assert code is None or isinstance(code, str)
    return code


def test_a_fault_is_shown_until_it_is_over(command, log, monkeypatch, tsa, tmp_path, capsys, caplog):
    """Exit code 1, the reason (once), and the same under `show`; once the authority is back, neither."""
    (tmp_path / "roots.pem").write_bytes(tsa.roots)
    monkeypatch.setenv("TSA_ROOTS", str(tmp_path / "roots.pem"))
    with answering(Reply(b"", status=503)) as url:
        monkeypatch.setenv("TSA_URL", url)
        status, said, logged = command("now")
        assert (1, "") == (status, logged)
        assert "status 503" in said
        assert [] == caplog.messages
        assert "FAIL     127.0.0.1: anchor_unavailable: " in command("show")[1]
        assert "anchor_failed" == doctor(capsys)
    with answering(Reply(tsa.answer, kind=REPLY)) as url:
        monkeypatch.setenv("TSA_URL", url)
        assert 0 == command("now")[0]
    assert "FAIL" not in command("show")[1]
    assert doctor(capsys) is None


def test_evidence_is_checked_by_programs_of_others(command, log, monkeypatch, tsa, tmp_path):
    """Openssl takes the time stamp, our receipt leads from the record to what was stamped, and it names the log."""
    (tmp_path / "roots.pem").write_bytes(tsa.roots)
    monkeypatch.setenv("TSA_ROOTS", str(tmp_path / "roots.pem"))
    with answering(Reply(tsa.answer, kind=REPLY)) as url:
        monkeypatch.setenv("TSA_URL", url)
        assert 0 == command("now")[0]
    assert 0 == command("evidence", "--to", str(tmp_path / "evidence"))[0]
    files = {path.name: path.read_bytes() for path in (tmp_path / "evidence").iterdir()}
    assert "Verification: OK" in tsa.verify(files["time-stamp.tsr"], files["anchored"])
    key = Verifier.of(json.loads(command("show", "--json")[1])["vkey"])
    receipt = parse_receipt(files["record.tlog-proof"])
    assert receipt.checkpoint == files["anchored"]
    receipt.check(files["record"], [key])
    seen = json.loads(files["record"])["data"]
    own = files["checkpoint"].decode().splitlines()
    assert [seen["origin"], str(seen["size"])] == own[:2]
    assert key.name != own[0] == origin_of(log)
    _checked_by_a_foreign_program(tmp_path / "evidence", key, receipt.index)


def _checked_by_a_foreign_program(folder: Path, key: Verifier, index: int) -> None:
    program = FOREIGN.with_name("aics-tlog")
    if not program.exists():
        pytest.skip("aics-tlog is not installed: see .ci/run")
    vkey = folder.with_name("vkey")  # it wants the key from outside the folder that it checks
    vkey.write_text(f"{key.vkey}\n")
    checked = ["verify-checkpoint", "--note", str(folder / "anchored"), "--vkey-file", str(vkey)]
    run = subprocess.run([str(program), *checked], capture_output=True, text=True, check=False)
    assert 0 == run.returncode, run.stdout + run.stderr


def test_the_sweep_asks_now_and_then(database, redis_url):
    """One job for all organisations, not at every sweep, whoever names somebody; none where nobody signs."""
    with context_on(database.service_url, Sink()) as context, connect(redis_url) as connection:
        moment = datetime.now(UTC)
        Sweep(context, connection).anchor(moment)
        assert [] == queue_of("effects", connection).job_ids
        sweep = Sweep(replace(context, signer=MemorySigner()), connection)
        sweep.anchor(moment)
        assert [job_id(ANCHORS, EVERYBODY)] == queue_of("effects", connection).job_ids
        connection.flushall()
        sweep.anchor(moment + timedelta(minutes=9))
        assert [] == queue_of("effects", connection).job_ids
        sweep.anchor(moment + timedelta(minutes=10))
        assert [job_id(ANCHORS, EVERYBODY)] == queue_of("effects", connection).job_ids


def test_targets_are_read_from_the_settings(tsa, tmp_path):
    """Witnesses with their keys, an authority with its roots, mailboxes."""
    (tmp_path / "roots.pem").write_bytes(tsa.roots)
    keys = [Cosigner.generate(f"witness.test/w{number}").vkey for number in range(2)]
    read = Settings.from_environment(
        {
            "WITNESS_URLS": " ".join(f"https://w{number}.test/#{key}" for number, key in enumerate(keys)),
            "TSA_URL": "https://tsa.test/tsr",
            "TSA_ROOTS": str(tmp_path / "roots.pem"),
            "ANCHOR_MAIL": f"{BOX} second@firm.example",
        }
    )
    targets = targets_of(read)
    assert keys == [one.verifier.vkey for one in targets.witnesses]
    assert targets.authority is not None
    assert (BOX, "second@firm.example") == targets.mail
    assert not targets_of(Settings())


@pytest.mark.parametrize(
    ("name", "value"),
    (
        ("WITNESS_URLS", "https://witness.test/"),
        ("WITNESS_URLS", "https://witness.test/#nonsense"),
        ("WITNESS_URLS", "witness.test"),
        ("TSA_URL", "tsa.test"),
        ("TSA_URL", "https://tsa.test/"),
        ("ANCHOR_MAIL", "nobody"),
        ("ANCHOR_MAIL", f"{BOX}, nobody"),
    ),
)
def test_a_target_that_cannot_be_asked_is_refused(name, value):
    """The refusal names the variable."""
    with pytest.raises(DeployError, match=name) as refusal:
        targets_of(Settings.from_environment({name: value}))
    assert "bad_setting" == refusal.value.code


@pytest.mark.parametrize("content", (None, b"", b"no certificate"))
def test_roots_that_cannot_be_read_are_refused(content, tmp_path):
    """A missing file, an empty one, or one that holds something else."""
    if content is not None:
        (tmp_path / "roots.pem").write_bytes(content)
    settings = Settings(tsa_url="https://tsa.test/", tsa_roots=tmp_path / "roots.pem")
    with pytest.raises(DeployError, match="TSA_ROOTS"):
        targets_of(settings)


def test_cosignatures_are_in_the_evidence(command, log, monkeypatch, tmp_path):
    """A witness that was given the key which `show` prints: its note opens with both keys."""
    vkey = json.loads(command("show", "--json")[1])["vkey"]
    (tmp_path / "witness").mkdir()
    with ours(tmp_path / "witness", [vkey]) as (_, address):
        monkeypatch.setenv("WITNESS_URLS", f"{address.url}#{address.verifier.vkey}")
        assert 0 == command("now")[0]
    assert 0 == command("evidence", "--to", str(tmp_path / "evidence"), "--json")[0]
    note = (tmp_path / "evidence" / "witnessed").read_bytes()
    keys = [Verifier.of(vkey), address.verifier]
    assert [key.name for key in keys] == [one.name for one in open_note(note, keys).verified]
    assert address.verifier.name in (tmp_path / "evidence" / "README.txt").read_text()


def exported(log: UUID, target: Path) -> Path:
    """The bundle of the organisation's whole log."""
    assert 0 == main(("export", "--org", str(log), "--to", str(target)))
    return target


def test_a_bundle_holds_the_newest_stamp_and_the_newest_cosignature(
    command, database, log, monkeypatch, tsa, tmp_path, capsys
):
    """Under two heads; `verify` proves both with the keys from outside, and the same bytes come twice."""
    roots = tmp_path / "roots.pem"
    roots.write_bytes(tsa.roots)
    vkey = json.loads(command("show", "--json")[1])["vkey"]
    monkeypatch.setenv("TSA_ROOTS", str(roots))
    with answering(Reply(tsa.answer, kind=REPLY)) as url:
        monkeypatch.setenv("TSA_URL", url)
        assert 0 == command("now")[0]
    monkeypatch.delenv("TSA_URL")
    with context_on(database.service_url, Sink()) as context, open_signer_folder(tmp_path / "signer") as folder:
        signed = replace(context, signer=Desk(folder))
        grown(signed, log, events=3)
        grown(signed)
    (tmp_path / "witness").mkdir()
    with ours(tmp_path / "witness", [vkey]) as (_, address):
        monkeypatch.setenv("WITNESS_URLS", f"{address.url}#{address.verifier.vkey}")
        assert 0 == command("now")[0]
    first, second = (exported(log, tmp_path / name) for name in ("a.zip", "b.zip"))
    assert first.read_bytes() == second.read_bytes()
    bundle = exported(log, tmp_path / "bundle")
    stamped, witnessed = sorted((bundle / "anchors").iterdir(), key=lambda path: int(path.name))
    assert "Verification: OK" in tsa.verify(*((stamped / name).read_bytes() for name in ("time-stamp.tsr", "anchored")))
    assert not (stamped / "witnessed").exists()
    assert (witnessed / "witnessed").exists()
    key = json.loads(said_by(capsys, "key", "show", "--org", str(log), "--json"))["keys"][0]["vkey"]
    words = ["verify", str(bundle), "--key", key, "--platform-key", vkey, "--witness-key", address.verifier.vkey]
    said = said_by(capsys, *words, "--tsa-cert", str(roots))
    sizes = [int((one / "checkpoint").read_text().split("\n")[1]) for one in (stamped, witnessed)]
    assert sizes[0] < sizes[1]
    assert f"The first {sizes[0]} records existed before 20" in said
    assert f"The first {sizes[1]} records stand under a head that the witness {address.verifier.name}" in said
    assert "nothing was given to check it with" in said_by(capsys, "verify", str(bundle), "--key", key)
    _damaged_is_refused(bundle, stamped, words, roots, capsys)


def _damaged_is_refused(bundle: Path, stamped: Path, words: list[str], roots: Path, capsys) -> None:
    for place, code in ((bundle / "roots.pem", "key_in_bundle"), (roots.with_name("none.pem"), "bad_certificate")):
        assert 1 == main((*words, "--tsa-cert", str(place)))
        assert f"error [{code}]" in capsys.readouterr().err
    (stamped / "record").write_bytes((stamped / "record").read_bytes()[:-1])
    assert 1 == main((*words, "--tsa-cert", str(roots)))
    assert f"anchors/{stamped.name}/record: [bad_record]" in capsys.readouterr().out


def said_by(capsys, *words: str) -> str:
    """What a command prints that ends well."""
    capsys.readouterr()
    assert 0 == main(words)
    return str(capsys.readouterr().out)


def test_a_log_under_a_new_origin_has_no_anchor_yet(command, database, log, monkeypatch):
    """What was vouched for under the origin before says nothing of the log as it goes on."""
    monkeypatch.setenv("ANCHOR_MAIL", BOX)
    assert 0 == command("now")[0]
    with context_on(database.service_url, Sink()) as context:
        vouchers = Vouchers(known_platform_log(context.engine), context.log, context.tree, context.queries)
        assert vouchers.newest(log) is not None
        assert [] == vouchers.under(log, origin_of(log), 10**6)  # a mailbox gives no token that a stranger can check
        assert [] == vouchers.under(log, origin_of(log, 2), 10**6)
