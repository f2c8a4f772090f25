"""What the reminders ask of a way to send mail."""

from __future__ import annotations

from email.message import EmailMessage
from pathlib import Path
from typing import Protocol

from workers.mail.outbox import Outbox
from workers.mail.smtp import Smtp


class Sender(Protocol):
    """Takes one message at a time; raises MailDelayed, MailRefused or MailUnknown.

    repeatable: sending a message again changes nothing, so that one cut off in the middle may be sent again.
    """

    @property
    def repeatable(self) -> bool:
        """Whether a second time does no harm."""
        ...

    def send(self, message: EmailMessage) -> None:
        """Hand the message over for good."""
        ...


def sender_of(smtp_url: str | None, outbox: Path) -> Sender:
    """SMTP where an address is set, the folder otherwise."""
    return Smtp(smtp_url) if smtp_url else Outbox(outbox)
