"""One conversation with a mail server, and what can honestly be said of its end."""

from __future__ import annotations

import re
import smtplib
import ssl
import time
from contextlib import suppress
from pathlib import Path
from typing import Literal, Self

from pydantic import Field as Setting
from pydantic import SecretStr, model_validator

from bot.connectors.letter import Unsendable, ascii_domain
from workflows.action import Record
from workflows.run import Outcome
from workflows.text import normalised

_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_SPACE = re.compile(r"\s+")
#: Characters kept of what a server says.
_SAID = 300
#: Seconds spent on saying goodbye; the letter is away by then.
_GOODBYE = 1.0
_DATA_ACCEPTED = 250
_RECIPIENT_ACCEPTED = frozenset({250, 251, 252})


class MailSettings(Record):
    """Where mail leaves and whom it is from. `timeout` is seconds for a whole conversation."""

    host: str
    port: int = Setting(default=587, ge=1, le=65535)
    security: Literal["none", "starttls", "tls"] = "starttls"
    username: str = ""
    password: SecretStr = SecretStr("")
    #: The address and name in `From:`; no draft can change them.
    sender: str
    sender_name: str = ""
    #: Where a copy of what was sent is kept, one .eml file each; looked in before anything is sent again.
    sent_folder: Path | None = None
    #: Certificate authority of a private mail server; the system's own list when None.
    ca_file: Path | None = None
    timeout: float = Setting(default=20.0, gt=0, le=20.0)

    @property
    def domain(self) -> str:
        """The domain of the sender."""
        return self.sender.rpartition("@")[2]

    @model_validator(mode="after")
    def _safe(self) -> Self:
        local = self.sender.rpartition("@")[0]
        if not local or not self.sender.isascii() or any(c.isspace() for c in self.sender):
            msg = f"the sender {self.sender!r} must be one plain e-mail address, like office@example.com"
            raise ValueError(msg)
        with_domain = "a domain that mail servers know"
        try:
            ascii_domain(self.domain)
        except Unsendable as problem:
            msg = f"the sender {self.sender!r} needs {with_domain}: {problem}"
            raise ValueError(msg) from problem
        if self.username and self.security == "none" and self.host not in _LOOPBACK:
            msg = f"the password would cross the network in clear to {self.host}; set security to starttls or tls"
            raise ValueError(msg)
        return self


class Conversation:
    """An open, authenticated conversation. Every wait in it ends when its seconds are used up."""

    def __init__(self, settings: MailSettings) -> None:
        """Connect, greet, encrypt and log in as configured. Raises `OSError` (smtplib's errors are that too)."""
        self._settings = settings
        self._until = time.monotonic() + settings.timeout
        self._server = _connected(settings)
        try:
            self._greet()
        except BaseException:
            self._server.close()
            raise

    def _greet(self) -> None:
        settings = self._settings
        self._limit().ehlo_or_helo_if_needed()
        if settings.security == "starttls":
            self._limit().starttls(context=_trust(settings))
            self._limit().ehlo_or_helo_if_needed()
        if settings.username:
            self._limit().login(settings.username, settings.password.get_secret_value())

    def _limit(self, at_most: float = 20.0) -> smtplib.SMTP:
        left = min(at_most, self._until - time.monotonic())
        if left <= 0:
            msg = f"no answer within {self._settings.timeout:g} seconds"
            raise TimeoutError(msg)
        if self._server.sock:
            self._server.sock.settimeout(left)
        return self._server

    def address(self, recipient: str) -> None:
        """Name sender and recipient. Raises `SMTPResponseException` when one is refused."""
        code, reply = self._limit().mail(self._settings.sender)
        if code != _DATA_ACCEPTED:
            raise smtplib.SMTPResponseException(code, reply)
        code, reply = self._limit().rcpt(recipient)
        if code not in _RECIPIENT_ACCEPTED:
            raise smtplib.SMTPResponseException(code, reply)

    def hand_over(self, message: bytes) -> tuple[int, bytes]:
        """Send the letter and return the server's verdict. An `OSError` here leaves its fate unknown."""
        return self._limit().data(message)

    def close(self) -> None:
        """Say goodbye; whatever happens here changes nothing."""
        with suppress(OSError):
            self._limit(_GOODBYE).quit()
        self._server.close()


def _connected(settings: MailSettings) -> smtplib.SMTP:
    where = (settings.host, settings.port, settings.domain)
    if settings.security == "tls":
        return smtplib.SMTP_SSL(*where, timeout=settings.timeout, context=_trust(settings))
    return smtplib.SMTP(*where, timeout=settings.timeout)


def _trust(settings: MailSettings) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=settings.ca_file)


def deliver(settings: MailSettings, recipient: str, message: bytes) -> Outcome:
    """Hand one letter over and say what is known: done, rejected, retryable (not sent), or unknown."""
    try:
        conversation = Conversation(settings)
    except OSError as problem:
        return not_sent(settings, problem)
    try:
        return _handed_over(conversation, settings, recipient, message)
    finally:
        conversation.close()


def _handed_over(
    conversation: Conversation, settings: MailSettings, recipient: str, message: bytes
) -> Outcome:
    try:
        conversation.address(recipient)
    except OSError as problem:
        return not_sent(settings, problem)
    try:
        code, reply = conversation.hand_over(message)
    except smtplib.SMTPDataError as problem:
        return not_sent(settings, problem)
    except OSError as problem:
        return _unknown(f"the connection broke while the letter was handed over ({said(problem)})")
    return _verdict(code, reply)


def _verdict(code: int, reply: bytes) -> Outcome:
    answer = f"{code} {said(reply)}"
    if code == _DATA_ACCEPTED:
        return Outcome(status="done", message=f"The mail server took it: {answer}.")
    return _refused(code, answer) or _unknown(
        f"the mail server's answer was not understood ({answer})"
    )


def _refused(code: int, answer: str) -> Outcome | None:
    kind = code // 100
    if kind == 5:  # noqa: PLR2004 -- SMTP's own first digit: for good
        return Outcome(status="rejected", message=f"The mail server refused it: {answer}.")
    if kind == 4:  # noqa: PLR2004 -- SMTP's own first digit: for now
        return Outcome(status="retryable", message=f"The mail server asks to try later: {answer}.")
    return None


def _unknown(why: str) -> Outcome:
    return Outcome(status="unknown", message=f"Nobody knows whether it was sent: {why}.")


def not_sent(settings: MailSettings, problem: OSError) -> Outcome:
    """Return what a failure before the letter was handed over means: rejected for good, or worth another try."""
    where = f"{settings.host}:{settings.port}"
    if isinstance(problem, smtplib.SMTPResponseException):
        refused = _refused(problem.smtp_code, f"{problem.smtp_code} {said(problem.smtp_error)}")
        if refused:
            return refused
    if isinstance(problem, (smtplib.SMTPNotSupportedError, ssl.SSLCertVerificationError)):
        why = f"The mail server {where} can't be used safely: {said(problem)}. Nothing was sent."
        return Outcome(status="rejected", message=why)
    why = f"The mail server {where} could not be reached: {said(problem)}. Nothing was sent."
    return Outcome(status="retryable", message=why)


def said(words: bytes | str | OSError) -> str:
    """Return what a server or the system said, on one line, at most 300 characters."""
    text = words.decode("utf-8", "replace") if isinstance(words, bytes) else str(words)
    clean = str(normalised(_SPACE.sub(" ", text).strip())) or type(words).__name__
    return clean[:_SAID].rstrip(".")
