"""A mail as RFC 5322 text: plain and HTML, its Message-ID made of what it is for.

Names, titles and addresses come from people: line breaks and other control characters never reach a header.
"""

from __future__ import annotations

import unicodedata
from datetime import datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from hashlib import sha256
from html import escape
from uuid import UUID

from workers.mail.about import Text
from workers.mail.errors import MailRefused

_WIDEST_NAME = 100
_SEVEN_BIT = SMTP.clone(cte_type="7bit")  # every server on the way can carry it


def message_id(org: UUID, key: str, sender: str) -> str:
    """The Message-ID of an effect: the same whenever it is computed, so that a second copy is known as one."""
    digest = sha256(f"{org}\n{key}".encode()).hexdigest()[:40]
    return f"<{digest}@{_domain(sender)}>"


def one_line(text: str, limit: int = _WIDEST_NAME) -> str:
    """The text as one line of a header: no control or format characters, no runs of spaces, no end of its own."""
    plain = "".join(" " if unicodedata.category(char).startswith("C") else char for char in text)
    return " ".join(plain.split())[:limit].strip()


def compose(*, to: tuple[str, str], sender: str, text: Text, identity: str, now: datetime) -> EmailMessage:
    """The mail for one person (name, address); raises MailRefused for an address that no mail can go to."""
    message = EmailMessage(policy=_SEVEN_BIT)
    message["From"] = Address("Mentorledger", addr_spec=sender)
    message["To"] = _address(*to)
    message["Subject"] = one_line(text.subject, 150)
    message["Date"] = format_datetime(now)
    message["Message-ID"] = identity
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(_plain(one_line(to[0]), text))
    message.add_alternative(_html(one_line(to[0]), text), subtype="html")
    return message


def _address(name: str, email: str) -> Address:
    local, _, domain = email.strip().rpartition("@")
    unusable = MailRefused("the mail address cannot be used; correct it in the person's entry")
    if not (local.isascii() and local.isprintable()):  # SMTP without an extension carries no other
        raise unusable
    try:
        ascii_domain = domain if domain.isascii() else domain.encode("idna").decode("ascii")
        return Address(one_line(name), addr_spec=f"{local}@{ascii_domain}")
    except (ValueError, IndexError, MessageError) as error:  # the library's parser raises all three
        raise unusable from error


def _domain(sender: str) -> str:
    domain = sender.rpartition("@")[2]
    return domain if domain.isascii() and domain.replace(".", "").replace("-", "").isalnum() else "localhost"


def _parts(name: str, text: Text) -> tuple[str, ...]:
    return f"Hello {name or 'there'},", *text.paragraphs, "Your mentoring programme"


def _plain(name: str, text: Text) -> str:
    return "\n\n".join(_parts(name, text)) + "\n"


def _html(name: str, text: Text) -> str:
    inner = "".join(f"<p>{_lines(one)}</p>" for one in _parts(name, text))
    title = escape(one_line(text.subject))
    return (
        f'<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>{title}</title></head>'
        f'<body style="font-family:sans-serif;line-height:1.5;max-width:36em">{inner}</body></html>\n'
    )


def _lines(paragraph: str) -> str:
    return "<br>".join(map(escape, paragraph.split("\n")))
