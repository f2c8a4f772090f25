"""The mail that brings an organisation's checkpoint to a mailbox: what it is for, how it is checked, and the note."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from email.message import EmailMessage

from events.treestore import StoredCheckpoint
from workers.mail.about import Text
from workers.mail.message import compose, one_line

CHECKPOINT, ANCHORED = "checkpoint", "anchored"
"""The attachments: the organisation's note, and that of the installation, byte for byte."""
_CHECK = (
    "To check: get the key of this log on another way than by mail (they print it with: mentorledger key show), and a "
    "bundle of the log whenever you like (mentorledger export). Then, with the attached checkpoint in a file:"
)
_COMMAND = "mentorledger verify BUNDLE --key KEY --continues checkpoint"
_ABOVE = (
    "The log of the installation names this checkpoint, too. Its own one is attached as anchored; others may vouch for "
    "it, and mentorledger anchors evidence writes what leads from the one to the other."
)


def letter(
    *,
    to: str,
    sender: str,
    identity: str,
    now: datetime,
    name: str,
    head: StoredCheckpoint,
    above: bytes | None,
) -> EmailMessage:
    """The mail; name: the organisation's; above: the installation's note, where it covers this one.

    Raises MailRefused for an address that no mail can go to.
    """
    text = Text(f"A checkpoint of {one_line(name)} to keep", tuple(_paragraphs(one_line(name), head, above)))
    message = compose(to=("", to), sender=sender, text=text, identity=identity, now=now)
    for file, content in ((CHECKPOINT, head.note), (ANCHORED, above)):
        if content is not None:
            message.add_attachment(content, maintype="application", subtype="octet-stream", filename=file)
    return message


def _paragraphs(name: str, head: StoredCheckpoint, above: bytes | None) -> Iterator[str]:
    yield (
        f"This is the signed checkpoint of the log of {name}, over its first {head.size:,} records. {name} has named "
        "this address to keep it. Keep the mail, where nobody of theirs can reach it; nothing else is to be done."
    )
    yield (
        "With it you can find out whoever later changes one of these records, leaves one out, puts one in or moves "
        "one, even if they run the database."
    )
    yield from (_CHECK, _COMMAND)
    yield head.note.decode().rstrip("\n")
    if above is not None:
        yield _ABOVE
        yield above.decode().rstrip("\n")
