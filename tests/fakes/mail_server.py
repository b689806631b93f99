"""A real SMTP server on the loopback that keeps what arrived and misbehaves when told to."""

from __future__ import annotations

import asyncio
import ssl
from collections import deque
from socket import create_connection
from typing import TYPE_CHECKING, Any, Literal, Self

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

if TYPE_CHECKING:
    from aiosmtpd.smtp import SMTP, Envelope, Session

#: `refuse`: 550 for the recipient. `greylist`: 451 for the recipient. `spam`: 554 after the text.
#: `busy`: 452 after the text. `hang up`: the line breaks before the text. `drop`: the text is taken, then
#: the line breaks. `stall`: the text is taken, the answer never comes. `mumble`: an answer of no known kind.
Fault = Literal["refuse", "greylist", "spam", "busy", "hang up", "drop", "stall", "mumble"]

_AT_RCPT = {"refuse": "550 5.1.1 No such person here", "greylist": "451 4.7.1 Try in a minute"}
_AT_DATA = {"spam": "554 5.7.1 Looks like spam", "busy": "452 4.3.1 Disk full", "mumble": "299 Mm"}


class _OnAnyPort(Controller):
    def _trigger_server(self) -> None:
        assert isinstance(self.server, asyncio.Server)
        self.port = int(self.server.sockets[0].getsockname()[1])
        with create_connection((self.hostname, self.port), 5.0) as plain:
            if self.ssl_context is None:
                plain.recv(1024)
                return
            anybody = ssl.create_default_context()
            anybody.check_hostname, anybody.verify_mode = False, ssl.CERT_NONE
            with anybody.wrap_socket(plain) as encrypted:
                encrypted.recv(1024)


class MailServer:
    """Starts on entering, stops on leaving. `arrived` has the raw letters it really accepted."""

    def __init__(self, *, login: tuple[str, str] | None = None, **options: Any) -> None:
        self.arrived: list[bytes] = []
        self.envelopes: list[tuple[str | None, list[str]]] = []
        self.faults: deque[Fault] = deque()
        self._login = login
        if login:
            options |= {"authenticator": self._authenticate, "auth_require_tls": False}
        self._controller = _OnAnyPort(self, hostname="127.0.0.1", port=0, **options)

    @classmethod
    def encrypted(cls, context: ssl.SSLContext, *, at_once: bool) -> MailServer:
        """Return a server that speaks TLS from the first byte, or after STARTTLS."""
        if at_once:
            return cls(ssl_context=context)
        return cls(tls_context=context, require_starttls=True)

    @property
    def port(self) -> int:
        return self._controller.port

    def __enter__(self) -> Self:
        """Listen on a free port."""
        self._controller.start()
        return self

    def __exit__(self, *_problem: object) -> None:
        """Stop listening."""
        self._controller.stop()

    def ids(self) -> list[str]:
        """The Message-IDs of what arrived, as the server's own search would find them."""
        return [line[12:].strip().decode() for raw in self.arrived for line in _ids(raw)]

    def has(self, message_id: str) -> bool:
        """Search the mailbox for a Message-ID."""
        return message_id in self.ids()

    async def handle_RCPT(  # noqa: N802 -- aiosmtpd names its hooks after the commands
        self,
        server: SMTP,
        _session: Session,
        envelope: Envelope,
        address: str,
        _options: list[str],
    ) -> str:
        if self.faults and self.faults[0] in _AT_RCPT:
            return _AT_RCPT[self.faults.popleft()]
        if self.faults and self.faults[0] == "hang up":
            self.faults.popleft()
            _cut(server)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802 -- as above
        self, server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        fault = self.faults.popleft() if self.faults else None
        if fault in _AT_DATA:
            return _AT_DATA[fault]
        self.arrived.append(envelope.original_content or b"")
        self.envelopes.append((envelope.mail_from, list(envelope.rcpt_tos)))
        if fault == "drop":
            _cut(server)
        if fault == "stall":
            await asyncio.sleep(1)
            _cut(server)
        return "250 Taken"

    def _authenticate(
        self, _server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, given: Any
    ) -> AuthResult:
        ok = (given.login.decode(), given.password.decode()) == self._login
        return AuthResult(success=ok, handled=False)


def _cut(server: SMTP) -> None:
    if isinstance(server.transport, asyncio.WriteTransport):
        server.transport.abort()


def _ids(raw: bytes) -> list[bytes]:
    return [line for line in raw.splitlines() if line.lower().startswith(b"message-id: ")][:1]
