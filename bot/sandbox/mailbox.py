"""A mail server for one machine: takes what is really sent, keeps it as `.eml` files, can misbehave."""

from __future__ import annotations

import asyncio
import tempfile
import threading
import time
from dataclasses import dataclass
from email import message_from_bytes, policy
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from email.message import EmailMessage

    from aiosmtpd.smtp import SMTP, Envelope, Session

    from bot.sandbox.records import Json

_START_SECONDS = 5.0


@dataclass(frozen=True, kw_only=True)
class Letter:
    """One message that arrived."""

    path: Path
    message: EmailMessage

    @property
    def message_id(self) -> str:
        """The Message-ID with its angle brackets, empty when there is none."""
        return str(self.message.get("Message-ID", "")).strip()

    @property
    def text(self) -> str:
        """The plain text, or the HTML where there is none."""
        body = self.message.get_body(("plain", "html"))
        return str(body.get_content()) if body is not None else ""

    def as_json(self) -> Json:
        """Return what the page shows."""
        headers = [[name, str(value)] for name, value in self.message.items()]
        named = {k.lower(): str(self.message.get(k, "")) for k in ("From", "To", "Subject", "Date")}
        attached = [part.get_filename() or "" for part in self.message.iter_attachments()]
        return {
            **named,
            "id": self.path.stem,
            "headers": headers,
            "text": self.text,
            "files": attached,
        }


@dataclass(frozen=True, kw_only=True)
class MailFault:
    """How the server treats one message."""

    #: An SMTP refusal, "550 5.1.1 No such mailbox", instead of taking it.
    refuse: str = ""
    #: Take the message, then break the connection without a reply.
    drop: bool = False
    #: Seconds the reply waits.
    delay: float = 0.0


class Mailbox:
    """An SMTP server on 127.0.0.1. Needs the `demo` extra (aiosmtpd)."""

    def __init__(self, folder: Path | None = None, port: int = 0) -> None:
        """Keep letters in `folder`, or in a temporary one that goes with this object."""
        self._spare = tempfile.TemporaryDirectory(prefix="mail-") if folder is None else None
        self.sent_folder = folder or Path(self._spare.name if self._spare else "")
        self.sent_folder.mkdir(parents=True, exist_ok=True)
        self.host = "127.0.0.1"
        self.port = port
        #: Called after each arrival; the page's workspace sets it.
        self.on_arrival: Callable[[], None] = lambda: None
        self._faults: list[MailFault] = []
        self._lock = threading.Lock()
        self._letters: list[Letter] = [_letter(p) for p in sorted(self.sent_folder.glob("*.eml"))]
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Listen; `port` says where."""
        from aiosmtpd.smtp import SMTP  # noqa: PLC0415 - only the demo extra has it

        ready = threading.Event()
        self._thread = threading.Thread(
            target=self._serve, args=(lambda: SMTP(self, ident="local"), ready), daemon=True
        )
        self._thread.start()
        if not ready.wait(_START_SECONDS):
            msg = f"The mail server did not start on port {self.port}. Is the port taken?"
            raise RuntimeError(msg)

    def _serve(self, factory: Callable[[], SMTP], ready: threading.Event) -> None:
        loop = self._loop = asyncio.new_event_loop()
        server = loop.run_until_complete(loop.create_server(factory, self.host, self.port))
        self.port = int(server.sockets[0].getsockname()[1])
        ready.set()
        loop.run_forever()
        server.close()
        for task in asyncio.all_tasks(loop):
            task.cancel()
        loop.run_until_complete(asyncio.sleep(0))
        loop.close()

    def stop(self) -> None:
        """Stop listening."""
        if self._loop is not None and self._thread is not None:
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join(_START_SECONDS)
        self._loop = self._thread = None

    def close(self) -> None:
        """Stop, and remove the folder if it was a temporary one."""
        self.stop()
        if self._spare is not None:
            self._spare.cleanup()

    def fail(
        self, *, refuse: str = "", drop: bool = False, delay: float = 0.0, times: int = 1
    ) -> None:
        """Treat the next `times` messages this way."""
        with self._lock:
            self._faults += [MailFault(refuse=refuse, drop=drop, delay=delay)] * times

    def _fault(self) -> MailFault:
        with self._lock:
            return self._faults.pop(0) if self._faults else MailFault()

    async def handle_DATA(  # noqa: N802 - aiosmtpd calls it so
        self, server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        """Take one message."""
        fault = self._fault()
        await asyncio.sleep(fault.delay)
        if fault.refuse:
            return fault.refuse
        self._keep(envelope)
        if fault.drop and isinstance(server.transport, asyncio.Transport):
            server.transport.abort()
        return "250 2.0.0 Taken"

    def _keep(self, envelope: Envelope) -> None:
        content = envelope.content if isinstance(envelope.content, bytes) else b""
        head = [f"Return-Path: <{envelope.mail_from}>"]
        head += [f"Delivered-To: {to}" for to in envelope.rcpt_tos]
        whole = "".join(f"{line}\r\n" for line in head).encode() + content
        with self._lock:
            path = self.sent_folder / f"{time.time_ns()}-{len(self._letters):06d}.eml"
            part = path.with_suffix(".part")
            part.write_bytes(whole)
            part.rename(path)
            self._letters.append(_letter(path))
        self.on_arrival()

    def letters(self) -> list[Letter]:
        """Return what arrived, oldest first."""
        with self._lock:
            return list(self._letters)

    def find(self, message_id: str) -> Letter | None:
        """Return the letter with this Message-ID, with or without angle brackets."""
        wanted = f"<{message_id.strip('<> ')}>"
        return next((one for one in self.letters() if one.message_id == wanted), None)


def _letter(path: Path) -> Letter:
    read = message_from_bytes(path.read_bytes(), policy=policy.default)
    return Letter(path=path, message=read)
