"""Mail as files in a folder, for a machine without a mail server: one .eml per message, which mail programs open."""

from __future__ import annotations

import os
import re
from contextlib import suppress
from email.message import EmailMessage
from pathlib import Path

from workers.mail.errors import MailDelayed

_UNSAFE = re.compile(r"[^A-Za-z0-9.-]+")


class Outbox:
    """A folder that takes mail; a message's file is named by its Message-ID."""

    repeatable = True

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def send(self, message: EmailMessage) -> None:
        """Write the message in one step; one that is there already stays as it is. Raises MailDelayed."""
        path = self.path_of(message)
        fresh = path.with_suffix(f".{os.getpid()}.tmp")
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            if not path.exists():
                _write(fresh, message.as_bytes())
                fresh.replace(path)
        except OSError as error:
            with suppress(OSError):
                fresh.unlink()
            raise MailDelayed(f"the outbox folder cannot be written: {error.strerror}") from error

    def path_of(self, message: EmailMessage) -> Path:
        """Where the message is kept."""
        name = _UNSAFE.sub("_", str(message["Message-ID"]).strip("<>").partition("@")[0])
        return self._folder / f"{name[:100]}.eml"


def _write(path: Path, content: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
