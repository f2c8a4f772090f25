"""Who is asked to vouch for the installation's own log: witnesses, a time-stamp authority, mailboxes."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlsplit
from uuid import UUID

from events.proof.checkpoint import parse_checkpoint
from events.proof.notes import parse_note
from services.anchors.tokens import MAIL, TSA, WITNESS
from workers.anchors.errors import AnchorError, AnchorRefused, AnchorUnavailable
from workers.anchors.timestamp import Authority, stamp
from workers.anchors.witness import ProofFrom, WitnessAddress, cosign
from workers.mail.about import Text
from workers.mail.errors import MailError, MailRefused
from workers.mail.message import compose, message_id
from workers.mail.sender import Sender

_KEEP = (
    "This is the signed checkpoint of an installation's log, which covers the logs of all its organisations. Keep this "
    "mail: with it, whoever changes anything that happened before it can be found out."
)


@dataclass(frozen=True, kw_only=True)
class Targets:
    """All of them; none is the default, and then nothing is anchored."""

    witnesses: tuple[WitnessAddress, ...] = ()
    authority: Authority | None = None
    mail: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.places)

    @property
    def places(self) -> tuple[str, ...]:
        """What each is called: a witness's name, the authority's host, a mail address."""
        hosts = () if self.authority is None else (host_of(self.authority),)
        return (*(one.verifier.name for one in self.witnesses), *hosts, *self.mail)


@dataclass(frozen=True, kw_only=True)
class Ask:
    """One checkpoint to be vouched for: its note, the proofs that it continues earlier ones, and the hour."""

    log: UUID
    note: bytes
    proof_from: ProofFrom
    now: datetime


@dataclass(frozen=True)
class Target:
    """One of them. give: asks for a token, given the size that it vouched for last (0: none). Raises AnchorError."""

    kind: str
    place: str
    give: Callable[[Ask, int], str]


def host_of(authority: Authority) -> str:
    """The host that a time-stamp authority is called by."""
    return urlsplit(authority.url).hostname or ""


def all_of(targets: Targets, sender: Sender, address: str) -> list[Target]:
    """Each target by itself; sender and address: the way out for mail, and whom it comes from."""
    found = [Target(WITNESS, one.verifier.name, _by_witness(one)) for one in targets.witnesses]
    if targets.authority is not None:
        found.append(Target(TSA, host_of(targets.authority), _by_authority(targets.authority)))
    return [*found, *(Target(MAIL, one, _by_mail(one, sender, address)) for one in targets.mail)]


def _by_witness(witness: WitnessAddress) -> Callable[[Ask, int], str]:
    return lambda ask, believed: cosign(witness, ask.note, believed, ask.proof_from)


def _by_authority(authority: Authority) -> Callable[[Ask, int], str]:
    return lambda ask, _believed: b64encode(stamp(authority, ask.note, lambda: datetime.now(UTC)).token).decode()


def _by_mail(to: str, sender: Sender, address: str) -> Callable[[Ask, int], str]:
    def give(ask: Ask, _believed: int) -> str:
        note = parse_note(ask.note)
        size = parse_checkpoint(note.text).size
        identity = message_id(ask.log, f"anchor/{size}/{to}", address)
        mail = compose(to=("", to), sender=address, text=_text(ask.note), identity=identity, now=ask.now)
        try:
            sender.send(mail)
        except MailError as error:
            raise _mail_failed(to, error) from error
        return identity

    return give


def _mail_failed(to: str, error: MailError) -> AnchorError:
    kind = AnchorRefused if isinstance(error, MailRefused) else AnchorUnavailable
    return kind(f"The mail to {to} was not sent: {error.reason}.")


def _text(note: bytes) -> Text:
    return Text("A checkpoint to keep", (_KEEP, note.decode().rstrip("\n")))
