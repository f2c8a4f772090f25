"""A mail server in this process, which answers as a test tells it to."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any, cast

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP


class Box:
    """Takes mail; to_rcpt, to_data: what it answers instead of its yes."""

    def __init__(self, to_rcpt: str = "", to_data: str = "", to_mail: str = "", *, hangs_up: bool = False) -> None:
        self.to_rcpt = to_rcpt
        self.to_data = to_data
        self.to_mail = to_mail
        self.hangs_up = hangs_up
        self.mails: list[EmailMessage] = []
        self.to: list[list[str]] = []
        self.ways: list[bool] = []

    async def handle_MAIL(self, server: SMTP, session: Any, envelope: Any, address: str, options: list[str]) -> str:  # noqa: N802  # the library's name
        envelope.mail_from = address
        return self.to_mail or "250 OK"

    async def handle_RCPT(self, server: SMTP, session: Any, envelope: Any, address: str, options: list[str]) -> str:  # noqa: N802  # the library's name
        envelope.rcpt_tos.append(address)
        return self.to_rcpt or "250 OK"

    async def handle_DATA(self, server: SMTP, session: Any, envelope: Any) -> str:  # noqa: N802  # the library's name
        if self.to_data:
            return self.to_data
        self.mails.append(message_from_bytes(envelope.content, policy=default))
        self.to.append(list(envelope.rcpt_tos))
        self.ways.append(session.ssl is not None)
        if self.hangs_up:
            cast("asyncio.Transport", server.transport).abort()
        return "250 taken"


class _Bound(Controller):
    """A controller of a port that is taken before it starts: with port 0 it would not find itself."""

    def __init__(self, box: Box, **options: Any) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        super().__init__(box, hostname="127.0.0.1", port=self._socket.getsockname()[1], **options)

    def _create_server(self) -> Any:
        return self.loop.create_server(self._factory_invoker, sock=self._socket, ssl=self.ssl_context)


@contextmanager
def mail_server(box: Box, **options: Any) -> Iterator[str]:
    """Run the server on a free port of this machine; its host and port."""
    controller = _Bound(box, **options)
    controller.start()
    try:
        yield f"127.0.0.1:{controller.port}"
    finally:
        controller.stop()
