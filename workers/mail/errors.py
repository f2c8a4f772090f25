"""What can become of a mail that was not plainly taken."""

from __future__ import annotations


class MailError(Exception):
    """Root of what the senders raise; reason is for people to read and names nobody."""

    code = "mail_error"

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class MailDelayed(MailError):
    """Not sent, and worth another try: no connection, a busy server, a full disk."""

    code = "mail_delayed"


class MailRefused(MailError):
    """Not sent, and no later try will change that: the address or the message is refused."""

    code = "mail_refused"


class MailUnknown(MailError):
    """The connection ended after the message was handed over and before the server's word on it."""

    code = "mail_unknown"
