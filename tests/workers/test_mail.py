"""What a mail looks like, whatever people are called, and the folder that takes it."""

import os
import stat
from datetime import UTC, date, datetime
from email import message_from_bytes
from email.policy import default
from uuid import UUID

import pytest

from projections.views.due import COMMITMENT, FEEDBACK, GOAL, NO_SESSION
from workers.mail.about import About, Text, text_of
from workers.mail.errors import MailDelayed, MailRefused
from workers.mail.message import compose, message_id
from workers.mail.outbox import Outbox

ORG = UUID("0b6f3b0e-6a55-4d0c-9a53-0a4c5f1b7c01")
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
ABOUT = About(
    name="Bo",
    others=("Ada Okafor", "Cai"),
    title="Parser",
    programme="Craft",
    today=date(2026, 3, 1),
    thing="Write the failing test",
    when=date(2026, 2, 26),
    cadence_days=14,
    giver="Ada Okafor",
)


def mail(name="Bo Lindqvist", address="bo@town.test", subject="Hello", paragraphs=("Meet soon.",), key="k"):
    """One mail, and what a mail program reads of its bytes."""
    message = compose(
        to=(name, address),
        sender="mentoring@town.test",
        text=Text(subject, tuple(paragraphs)),
        identity=message_id(ORG, key, "mentoring@town.test"),
        now=NOW,
    )
    return message, message_from_bytes(message.as_bytes(), policy=default)


@pytest.mark.parametrize("sort", (NO_SESSION, COMMITMENT, GOAL, FEEDBACK))
def test_every_sort_of_reminder_has_words(sort):
    """A subject of one line and two paragraphs that end as sentences do, with the partner's or giver's name."""
    text = text_of(sort)(ABOUT)
    assert text.subject and "\n" not in text.subject
    assert 2 == len(text.paragraphs)
    assert "Ada Okafor" in text.subject + text.paragraphs[0]
    assert text.paragraphs[1].endswith(".")


@pytest.mark.parametrize(
    ("sort", "says"),
    (
        (NO_SESSION, "Your last session with Ada Okafor and Cai was on 26 February 2026, 3 days ago."),
        (COMMITMENT, "you said you would do this by 26 February 2026, 3 days ago"),
        (GOAL, "The date you set was 26 February 2026, 3 days ago."),
        (FEEDBACK, "Ada Okafor gave you feedback about Write the failing test on 26 February 2026"),
    ),
)
def test_a_reminder_says_what_it_is_about(sort, says):
    """The thing and its date are in the first paragraph."""
    assert says in text_of(sort)(ABOUT).paragraphs[0]


def test_a_pair_that_never_met_is_told_so():
    """Without a last session there is no date to name."""
    text = text_of(NO_SESSION)(About(name="Bo", others=(), title="", programme="", today=ABOUT.today, cadence_days=7))
    assert text.paragraphs[0].startswith("You and your partner have not logged a session yet.")


def test_a_mail_has_both_forms_and_the_headers_of_a_machines_mail():
    """Plain text first, HTML beside it, the sender, a date, and a sign that no person wrote it."""
    _, read = mail()
    assert ["text/plain", "text/html"] == [part.get_content_type() for part in read.iter_parts()]
    assert "mentoring@town.test" == read["From"].addresses[0].addr_spec
    assert "auto-generated" == read["Auto-Submitted"]
    assert NOW == read["Date"].datetime


@pytest.mark.parametrize(
    "name",
    ("Zoë Ångström", "李雷", "Bo\r\nBcc: evil@town.test", "Bo\nX: y", 'A "B" <c@d.test>, e@f.test', "\u202ebo", ""),
)
def test_a_name_stays_a_name(name):
    """Letters of any script arrive; line breaks, quotes and brackets make no header and no further recipient."""
    _, read = mail(name=name)
    [to] = read["To"].addresses
    assert "bo@town.test" == to.addr_spec
    assert " ".join(name.replace("\u202e", "").split()) == to.display_name
    assert {"Bcc", "X"}.isdisjoint(read.keys())


def test_what_people_wrote_is_text_in_the_html_form():
    """Markup in a commitment is shown, not run; line breaks in a subject do not end it."""
    _, read = mail(subject="a\r\nBcc: x@y.test", paragraphs=("<script>alert(1)</script>",))
    html = read.get_body(("html",)).get_content()
    assert "&lt;script&gt;" in html and "<script" not in html
    assert "a Bcc: x@y.test" == read["Subject"]


def test_the_bytes_are_ascii_lines_that_any_server_carries():
    """No byte above 127, no line over 998 characters, however long a paragraph is."""
    message, read = mail(name="Zoë", paragraphs=("é" * 5000,))
    content = message.as_bytes()
    assert content.isascii()
    assert 998 > max(map(len, content.split(b"\r\n")))
    assert "é" * 5000 in read.get_body(("plain",)).get_content()


@pytest.mark.parametrize(
    "address",
    (
        "",
        "no-at",
        "@town.test",
        "bo@",
        "bo@town.test\nBcc: x@y.test",
        "a b@town.test",
        "bö@town.test",
        "bo@a..b",
        "bo@" + "é" * 70,
    ),
)
def test_an_address_that_cannot_be_used_is_refused_in_words(address):
    """The reason says what to mend and does not repeat the address."""
    with pytest.raises(MailRefused) as caught:
        mail(address=address)
    assert "the mail address cannot be used; correct it in the person's entry" == caught.value.reason


def test_a_domain_in_other_letters_is_written_as_mail_servers_write_it():
    """IDNA for the domain."""
    _, read = mail(address="bo@bücher.test")
    assert "bo@xn--bcher-kva.test" == read["To"].addresses[0].addr_spec


def test_the_identity_follows_from_organisation_and_cause_alone():
    """The same again for the same, another for another organisation or cause."""
    first = message_id(ORG, "a", "x@town.test")
    assert first == message_id(ORG, "a", "x@town.test")
    assert 3 == len({first, message_id(ORG, "b", "x@town.test"), message_id(UUID(int=1), "a", "x@town.test")})
    assert first.endswith("@town.test>")


def test_the_outbox_keeps_one_file_per_mail_for_its_owner_alone(tmp_path):
    """Two mails, two .eml files that mail programs read; the same again changes nothing."""
    box = Outbox(tmp_path / "new" / "outbox")
    message, read = mail()
    for one in (message, mail(key="other")[0], message):
        box.send(one)
    assert 2 == len(list((tmp_path / "new" / "outbox").iterdir()))
    kept = box.path_of(message)
    assert ".eml" == kept.suffix
    assert read["Message-ID"] == message_from_bytes(kept.read_bytes(), policy=default)["Message-ID"]
    assert 0o600 == stat.S_IMODE(kept.stat().st_mode)


def test_an_outbox_that_cannot_be_written_is_tried_again(tmp_path):
    """A file stands where the folder should be: delayed, with the reason."""
    (tmp_path / "outbox").write_text("in the way")
    with pytest.raises(MailDelayed, match="outbox folder"):
        Outbox(tmp_path / "outbox").send(mail()[0])


def test_a_writer_killed_in_the_middle_leaves_no_half_mail(tmp_path, monkeypatch):
    """Before the last step there is no .eml; the next run writes it."""
    box = Outbox(tmp_path)
    message, _ = mail()

    class Killed(BaseException):
        pass

    def killed(*_):
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", killed)
        with pytest.raises(Killed):
            box.send(message)
    assert [] == list(tmp_path.glob("*.eml"))
    box.send(message)
    assert 1 == len(list(tmp_path.glob("*.eml")))
