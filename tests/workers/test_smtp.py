"""Mail through a server: taken, refused for now, refused for good, or nobody knows."""

import socket
import ssl

import pytest
from aiosmtpd.smtp import AuthResult

from tests.workers.mailserver import Box, mail_server
from tests.workers.test_mail import mail
from tests.workers.town import NOW, found, with_mail
from workers.mail.errors import MailDelayed, MailRefused, MailUnknown
from workers.mail.smtp import Smtp
from workers.reminders.send import send_due


def _send(box, url="smtp://{}", tls=None, **options):
    with mail_server(box, **options) as place:
        Smtp(url.format(place), timeout=5, tls=tls).send(mail()[0])


def test_a_mail_arrives_with_its_identity():
    """The server gets one recipient and the message as it was made."""
    box = Box()
    _send(box)
    assert [["bo@town.test"]] == box.to
    assert [mail()[0]["Message-ID"]] == [one["Message-ID"] for one in box.mails]


@pytest.mark.parametrize(
    ("box", "error"),
    (
        (Box(to_rcpt="550 no such user"), MailRefused),
        (Box(to_rcpt="450 busy"), MailDelayed),
        (Box(to_data="554 not wanted"), MailRefused),
        (Box(to_data="451 later"), MailDelayed),
        (Box(to_mail="550 not from you"), MailDelayed),
        (Box(hangs_up=True), MailUnknown),
    ),
)
def test_each_answer_has_its_meaning(box, error):
    """5xx for the recipient or content is final, 4xx and a refusal of us are not, no answer leaves it open."""
    with pytest.raises(error) as caught:
        _send(box)
    assert "town.test" not in caught.value.reason


def test_a_server_that_is_not_there_is_tried_again():
    """Nobody listens on the port, or the name does not resolve."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        for place in (f"127.0.0.1:{unused.getsockname()[1]}", "nowhere.invalid:25"):
            with pytest.raises(MailDelayed, match="no connection"):
                Smtp(f"smtp://{place}", timeout=2).send(mail()[0])


def test_a_server_that_says_nothing_is_given_up_after_the_timeout():
    """A port that accepts and keeps quiet does not hold the worker."""
    with socket.create_server(("127.0.0.1", 0)) as silent, pytest.raises(MailDelayed, match="ended the connection"):
        Smtp(f"smtp://127.0.0.1:{silent.getsockname()[1]}", timeout=0.2).send(mail()[0])


def test_encryption_that_is_demanded_and_not_offered_is_refused():
    """Nothing is sent in clear where TLS was asked for."""
    box = Box()
    with pytest.raises(MailDelayed, match="STARTTLS"):
        _send(box, "smtp+starttls://{}")
    assert [] == box.mails


@pytest.mark.parametrize(
    ("url", "wrapped"), (("smtp+starttls://{}", False), ("smtp://{}", False), ("smtps://{}", True))
)
def test_encryption_is_used_where_it_is_offered(certificate, url, wrapped):
    """STARTTLS by demand or by offer, and TLS from the first byte."""
    box = Box()
    server = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    server.load_cert_chain(certificate)
    client = ssl.create_default_context(cafile=certificate)
    options = {"ssl_context": server} if wrapped else {"tls_context": server}
    _send(box, url, tls=client, **options)
    assert 1 == len(box.mails)
    assert wrapped or box.ways == [True]


def test_a_server_with_a_strange_certificate_gets_nothing(certificate):
    """A certificate that nobody vouches for ends the attempt."""
    box = Box()
    server = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    server.load_cert_chain(certificate)
    with pytest.raises(MailDelayed):
        _send(box, "smtp+starttls://{}", tls_context=server)
    assert [] == box.mails


@pytest.mark.parametrize(("password", "taken"), (("s%3Acret", 1), ("wrong", 0)))
def test_a_password_is_given_as_it_was_set(password, taken):
    """Percent signs in the address stand for the characters; a wrong password is the operator's to mend."""
    box = Box()

    def knows(server, session, envelope, mechanism, data):
        return AuthResult(success=data.login == b"me@town.test" and data.password == b"s:cret", handled=False)

    options = {"authenticator": knows, "auth_require_tls": False}
    if taken:
        _send(box, f"smtp://me%40town.test:{password}@{{}}", **options)
    else:
        with pytest.raises(MailDelayed, match="password"):
            _send(box, f"smtp://me%40town.test:{password}@{{}}", **options)
    assert taken == len(box.mails)


def test_an_address_of_another_kind_is_a_fault_of_the_setting():
    """The three schemes there are, are named."""
    with pytest.raises(ValueError, match="smtps://"):
        Smtp("http://127.0.0.1")


def test_reminders_go_through_the_server_and_are_recorded(context):
    """The whole way: two mails, and one event that names their identities."""
    town = found(context)
    box = Box()
    with mail_server(box) as place:
        assert {"sent": 1} == send_due(with_mail(context, Smtp(f"smtp://{place}")), town.org, NOW)
    [event] = town.reminders()
    assert {one["Message-ID"] for one in box.mails} == set(event.data.message_ids)
    assert {"ada@town.test", "bo@town.test"} == {to for [to] in box.to}
