"""`mentorledger anchors addresses`, and what `now` and `doctor` do for the mailboxes that it names."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes
from uuid import UUID, uuid4

import pytest

from deploy.main import main
from deploy.signing.desk import Desk
from deploy.signing.folder import open_signer_folder
from events.organisations import create_log
from tests.anchors.test_mailboxes import AUDITOR, FUNDER, founded
from tests.workers.town import Sink, context_on
from workers.anchors.mailboxes import mail_checkpoints
from workers.anchors.rounds import EVERY
from workers.mail.errors import MailRefused


@pytest.fixture
def org(command, database, tmp_path) -> UUID:
    """An organisation with a signed log that names nobody."""
    with context_on(database.service_url, Sink()) as context, open_signer_folder(tmp_path / "signer") as folder:
        return founded(replace(context, signer=Desk(folder)))


def test_mailboxes_are_added_and_removed(command, org):
    """Each call shows who is named afterwards."""
    assert (0, "Nobody is named. Name somebody with --add ADDRESS.\n", "") == command("addresses")
    status, said, _ = command("addresses", "--org", str(org), "--add", AUDITOR, "--add", FUNDER)
    assert (0, [f"{AUDITOR}: no mail yet", f"{FUNDER}: no mail yet"]) == (status, said.splitlines())
    status, said, _ = command("addresses", "--remove", AUDITOR.upper(), "--add", FUNDER.upper(), "--json")
    assert 0 == status
    assert [{"address": FUNDER, "size": None, "at": None, "fault": None}] == json.loads(said)


@pytest.mark.parametrize(
    ("words", "code"),
    (
        (("--add", "nobody"), "address_malformed"),
        (("--add", f"{AUDITOR}\nBcc: all@town.example"), "address_malformed"),
        (("--add", AUDITOR, "--add", AUDITOR.upper()), "address_twice"),
        (tuple(word for number in range(11) for word in ("--add", f"a{number}@firm.example")), "too_many_addresses"),
        (("--remove", FUNDER), "unknown_address"),
        (("--org", str(uuid4())), "unknown_organisation"),
    ),
)
def test_what_cannot_be_named_is_refused(command, org, words, code):
    """With the code and a sentence, exit code 1, and nobody is named."""
    status, _, said = command("addresses", *words)
    assert 1 == status
    assert said.startswith(f"error [{code}]: ")
    assert [] == json.loads(command("addresses", "--json")[1])


def test_a_log_without_a_beginning_names_nobody(command, database):
    """There is no organisation in it yet."""
    with context_on(database.service_url, Sink()) as context:
        create_log(context.engine, uuid4())
    status, _, said = command("addresses", "--add", AUDITOR)
    assert 1 == status
    assert said.startswith("error [unknown_organisation]: ")


def test_what_is_named_is_mailed_now(command, org, database, tmp_path):
    """Into the outbox where no mail server is set; the second time there is nothing new."""
    command("addresses", "--add", AUDITOR)
    status, said, _ = command("now", "--json")
    assert 0 == status
    assert {"size": None, "places": [], "faults": {}} == {
        name: one for name, one in json.loads(said).items() if name != "mailed"
    }
    assert {str(org): (1, 0)} == {
        name: (one["sent"], one["failed"]) for name, one in json.loads(said)["mailed"].items()
    }
    (path,) = (tmp_path / "data" / "outbox").glob("*.eml")
    assert AUDITOR == message_from_bytes(path.read_bytes())["To"]
    (told,) = json.loads(command("addresses", "--json")[1])
    assert 1 == told["size"]
    status, _, said = command("now")
    assert 1 == status
    assert said.startswith("error [no_anchors]: ")


def test_what_fails_is_shown_until_it_is_over(command, org, database, capsys):
    """`addresses` and `doctor` say why, `doctor` without the address; once the mail is out, neither does."""
    command("addresses", "--add", AUDITOR)
    with context_on(database.service_url, Sink(fault=MailRefused("no such user"))) as context:
        mail_checkpoints(context, datetime.now(UTC), EVERY)
    assert f"{AUDITOR}: no mail yet; FAIL mail_refused: no such user\n" == command("addresses")[1]
    code, said = doctor(capsys)
    assert "anchor_failed" == code
    assert f"organisation {org} names: mail_refused: no such user" in said
    assert AUDITOR not in said
    assert 0 == command("now")[0]
    assert "FAIL" not in command("addresses")[1]
    assert doctor(capsys)[0] is None


def doctor(capsys) -> tuple[str | None, str]:
    """The code and the sentence that `doctor` has for the anchors."""
    capsys.readouterr()
    main(("doctor", "--json"))
    (found,) = [one for one in json.loads(capsys.readouterr().out) if one["check"] == "anchors"]
    return found["code"], found["message"]
