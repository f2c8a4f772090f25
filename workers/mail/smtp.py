"""Mail through a server, by an address like smtp://user:password@host:587.

smtp:// uses TLS if the server offers it, smtp+starttls:// demands it, smtps:// begins with it. A password is never
sent in clear, except to this machine.
"""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from urllib.parse import unquote, urlsplit

from workers.mail.errors import MailDelayed, MailRefused, MailUnknown

_PORTS = {"smtp": 25, "smtp+starttls": 587, "smtps": 465}
_HERE = ("localhost", "127.0.0.1", "::1")


class Smtp:
    """A mail server; a connection per message. timeout: seconds for each word of the server."""

    repeatable = False

    def __init__(self, url: str, timeout: float = 15.0, tls: ssl.SSLContext | None = None) -> None:
        parts = urlsplit(url)
        if parts.scheme not in _PORTS or not parts.hostname:
            raise ValueError("a mail server's address begins with smtp://, smtp+starttls:// or smtps://")
        self._scheme = parts.scheme
        self._host = parts.hostname
        self._port = parts.port or _PORTS[parts.scheme]
        self._user = unquote(parts.username or "")
        self._password = unquote(parts.password or "")
        self._timeout = timeout
        self._tls = tls or ssl.create_default_context()

    def send(self, message: EmailMessage) -> None:
        """Hand the message to the server. Raises MailDelayed, MailRefused, MailUnknown."""
        sender, to = (message[name].addresses[0].addr_spec for name in ("From", "To"))
        with _said_in_our_words():
            client = self._connected()
            try:
                self._announce(client, sender, to)
                _hand_over(client, message.as_bytes())
            finally:
                client.close()

    def _connected(self) -> smtplib.SMTP:
        if self._scheme == "smtps":
            client: smtplib.SMTP = smtplib.SMTP_SSL(self._host, self._port, timeout=self._timeout, context=self._tls)
        else:
            client = smtplib.SMTP(self._host, self._port, timeout=self._timeout)
        try:
            self._secure(client)
        except BaseException:
            client.close()
            raise
        return client

    def _secure(self, client: smtplib.SMTP) -> None:
        client.ehlo_or_helo_if_needed()
        encrypted = self._scheme == "smtps" or self._encrypt(client)
        if self._user and not encrypted and self._host not in _HERE:
            raise MailDelayed("the mail server offers no encryption, and the password is not sent without")
        if self._user:
            client.login(self._user, self._password)

    def _encrypt(self, client: smtplib.SMTP) -> bool:
        if client.has_extn("starttls"):
            client.starttls(context=self._tls)
            client.ehlo()
            return True
        if self._scheme == "smtp+starttls":
            raise MailDelayed("the mail server offers no encryption (STARTTLS), which the setting demands")
        return False

    @staticmethod
    def _announce(client: smtplib.SMTP, sender: str, to: str) -> None:
        code, said = client.mail(sender)
        if code != 250:  # our own address: the operator can mend that, so it is worth another try
            raise MailDelayed(f"the mail server does not take mail from us ({code})")
        code, said = client.rcpt(to)
        if code not in {250, 251}:
            raise smtplib.SMTPResponseException(code, said)


def _hand_over(client: smtplib.SMTP, content: bytes) -> None:
    """Send the content; a connection that ends from here on leaves open whether the server took it."""
    try:
        code, said = client.data(content)
    except (smtplib.SMTPServerDisconnected, OSError) as error:
        if isinstance(error, smtplib.SMTPResponseException):
            raise
        raise MailUnknown("the connection ended before the mail server confirmed the mail") from error
    if code != 250:
        raise smtplib.SMTPResponseException(code, said)


@contextmanager
def _said_in_our_words() -> Iterator[None]:
    # The server's own text may repeat the address, so only its number is kept.
    try:
        yield
    except smtplib.SMTPAuthenticationError as error:
        raise MailDelayed(f"the mail server does not accept our password ({error.smtp_code})") from error
    except smtplib.SMTPResponseException as error:
        if 500 <= error.smtp_code < 600:
            raise MailRefused(f"the mail server refused the mail for good ({error.smtp_code})") from error
        raise MailDelayed(f"the mail server refused the mail for now ({error.smtp_code})") from error
    except smtplib.SMTPException as error:
        raise MailDelayed(f"the mail server ended the connection ({type(error).__name__})") from error
    except OSError as error:
        raise MailDelayed(f"no connection to the mail server ({type(error).__name__})") from error
