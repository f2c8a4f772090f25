"""What one instance is told, read once from the environment.

| variable | meaning | default |
|---|---|---|
| DATABASE_URL | a PostgreSQL of your own: its administrator, or the service's ordinary role | embedded |
| DATABASE_OWNER_URL | the role that owns the tables, for migrations | none |
| REDIS_URL | a Redis of your own | embedded |
| MENTORLEDGER_DATA | the data folder | `var` in the current folder |
| MENTORLEDGER_HOST | address that the API listens on | 127.0.0.1 |
| MENTORLEDGER_PORT | port of the API | the first free one from 8080 |
| MENTORLEDGER_API_PROCESSES | processes of the API | 2 |
| MENTORLEDGER_API_THREADS | requests at a time in each | 8 |
| MENTORLEDGER_WORKERS | processes that bring views up to date; one more sends mail and makes reports | 1 |
| MENTORLEDGER_POOL_SIZE | database connections kept by each process | 8 |
| MENTORLEDGER_STATEMENT_TIMEOUT | seconds that one statement of the API may take | 30 |
| MENTORLEDGER_SWEEP_SECONDS | pause between two looks of the schedule at what is due | 5 |
| SIGNER_URL | a signer of your own, http://:secret@host:port | one beside the workers |
| MENTORLEDGER_SIGNER_DATA | the signer's folder: keys, and what was signed last | `signer` in the data folder |
| WITNESS_URLS | witnesses of the checkpoints, https://host/prefix#KEY, with spaces between them | none |
| TSA_URL | an RFC 3161 time-stamp authority for the checkpoints | none |
| TSA_ROOTS | the root certificates that its time stamps are checked with, a PEM file | none |
| ANCHOR_MAIL | mail addresses that get every hour's checkpoint, with spaces between them | none |
| SMTP_URL | smtp://user:password@host:587, smtp+starttls:// (demands TLS) or smtps:// | mail stays in the data folder |
| MAIL_FROM | sender of the mail | mentorledger@localhost |
| ALERT_MAIL | who is told when the nightly audit finds something | the sender |
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

from sqlalchemy.engine import URL

from deploy.addresses import database_url
from deploy.errors import DeployError


@dataclass(frozen=True, kw_only=True)
class Settings:
    """One instance's settings. Addresses hold passwords: they are left out of its `repr`."""

    database_url: URL | None = field(default=None, repr=False)
    database_owner_url: URL | None = field(default=None, repr=False)
    redis_url: str | None = field(default=None, repr=False)
    data: Path = Path("var")
    host: str = "127.0.0.1"
    port: int | None = None
    api_processes: int = 2
    api_threads: int = 8
    workers: int = 1
    pool_size: int = 8
    statement_timeout: int = 30
    sweep_seconds: int = 5
    signer_url: str | None = field(default=None, repr=False)
    signer_data: Path | None = None
    smtp_url: str | None = field(default=None, repr=False)
    mail_from: str = "mentorledger@localhost"
    alert_mail: str | None = None
    witness_urls: tuple[str, ...] = ()
    tsa_url: str | None = None
    tsa_roots: Path | None = None
    anchor_mail: tuple[str, ...] = ()

    @property
    def signer_folder(self) -> Path:
        """Where the signer keeps its keys and its memory."""
        return self.signer_data or self.data / "signer"

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Self:
        """Read and check all of it.

        Raises DeployError `bad_setting` that names the variable and what it takes.
        """
        read = _Reader(environment)
        return cls(
            database_url=read.database("DATABASE_URL"),
            database_owner_url=read.database("DATABASE_OWNER_URL"),
            redis_url=read.address("REDIS_URL", ("redis", "rediss", "unix"), "redis://:password@host:6379/0"),
            data=Path(read.text("MENTORLEDGER_DATA") or "var"),
            host=read.text("MENTORLEDGER_HOST") or "127.0.0.1",
            port=read.number("MENTORLEDGER_PORT", 1, 65535),
            api_processes=read.number("MENTORLEDGER_API_PROCESSES", 1, 64) or 2,
            api_threads=read.number("MENTORLEDGER_API_THREADS", 1, 256) or 8,
            workers=read.number("MENTORLEDGER_WORKERS", 1, 64) or 1,
            pool_size=read.number("MENTORLEDGER_POOL_SIZE", 1, 100) or 8,
            statement_timeout=read.number("MENTORLEDGER_STATEMENT_TIMEOUT", 1, 3600) or 30,
            sweep_seconds=read.number("MENTORLEDGER_SWEEP_SECONDS", 1, 3600) or 5,
            signer_url=read.guarded("SIGNER_URL", ("http", "https"), "http://:secret@127.0.0.1:8090"),
            signer_data=read.path("MENTORLEDGER_SIGNER_DATA"),
            smtp_url=read.address("SMTP_URL", ("smtp", "smtp+starttls", "smtps"), "smtp://user:password@host:587"),
            mail_from=read.mail("MAIL_FROM") or "mentorledger@localhost",
            alert_mail=read.mail("ALERT_MAIL"),
            witness_urls=read.addresses("WITNESS_URLS", ("http", "https"), "https://host/prefix#KEY"),
            tsa_url=read.address("TSA_URL", ("http", "https"), "https://host/tsr"),
            tsa_roots=read.path("TSA_ROOTS"),
            anchor_mail=read.mails("ANCHOR_MAIL"),
        )


@dataclass(frozen=True)
class _Reader:
    """Reads variables; an empty one counts as unset. Values are not repeated in errors: some are secret."""

    environment: Mapping[str, str]

    def text(self, name: str) -> str | None:
        return self.environment.get(name, "").strip() or None

    def number(self, name: str, least: int, most: int) -> int | None:
        text = self.text(name)
        if text is None:
            return None
        if not (text.isascii() and text.isdigit() and least <= int(text[:9]) <= most):
            raise DeployError("bad_setting", f"{name} must be a whole number from {least} to {most}, it is {text!r}.")
        return int(text)

    def database(self, name: str) -> URL | None:
        text = self.text(name)
        return database_url(text, name) if text else None

    def address(self, name: str, schemes: tuple[str, ...], example: str) -> str | None:
        text = self.text(name)
        if text and not _is_address(text, schemes):
            raise DeployError("bad_setting", f"{name} is not an address of its kind. Write it like {example}")
        return text

    def addresses(self, name: str, schemes: tuple[str, ...], example: str) -> tuple[str, ...]:
        found = tuple((self.text(name) or "").split())
        if not all(_is_address(one, schemes) for one in found):
            raise DeployError("bad_setting", f"{name} is no list of addresses. Write each like {example}")
        return found

    def guarded(self, name: str, schemes: tuple[str, ...], example: str) -> str | None:
        text = self.address(name, schemes, example)
        if text and not urlsplit(text).password:
            raise DeployError("bad_setting", f"{name} must hold a secret. Write it like {example}")
        return text

    def path(self, name: str) -> Path | None:
        text = self.text(name)
        return Path(text) if text else None

    def mail(self, name: str) -> str | None:
        text = self.text(name)
        if text and not _is_mail(text):
            raise DeployError("bad_setting", f"{name} must be a mail address, it is {text!r}.")
        return text

    def mails(self, name: str) -> tuple[str, ...]:
        found = tuple((self.text(name) or "").split())
        if not all(map(_is_mail, found)):
            raise DeployError("bad_setting", f"{name} must be mail addresses with spaces between, it is {found!r}.")
        return found


def _is_mail(text: str) -> bool:
    return "@" in text and text.isprintable()


def _is_address(text: str, schemes: tuple[str, ...]) -> bool:
    try:
        parts = urlsplit(text)
        place = parts.path if parts.scheme == "unix" else parts.hostname
        return parts.scheme in schemes and bool(place) and (parts.port is None or parts.port > 0)
    except ValueError:
        return False
