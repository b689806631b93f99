"""One e-mail as bytes: what was signed, nothing more, checked by reading it back."""

from __future__ import annotations

import re
from email import message_from_bytes, policy
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from typing import TYPE_CHECKING

from workflows.action import Record

if TYPE_CHECKING:
    from datetime import datetime

    from pydantic import JsonValue

_LOCAL_PART = re.compile(r"[\w!#$%&'*+/=?^`{|}~-]+(\.[\w!#$%&'*+/=?^`{|}~-]+)*", re.ASCII)
_HOST = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)+", re.IGNORECASE)
_MESSAGE_ID = re.compile(r"<[^<>\s@]+@[^<>\s@]+>", re.ASCII)
_KEY = re.compile(r"[\w.:-]+", re.ASCII)
#: Everything some mail program takes for the end of a header line, and other controls.
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")


class Unsendable(ValueError):
    """These bytes can't become an e-mail that says exactly what was signed; the text says why."""


class Letter(Record):
    """What the signed payload of `mail.send` asks for."""

    to: str
    subject: str
    body: str
    in_reply_to: str = ""

    @classmethod
    def of(cls, payload: dict[str, JsonValue]) -> Letter:
        """Read a payload that fits the action's fields; an empty optional field may be null."""
        return cls.model_validate(
            {name: value for name, value in payload.items() if value is not None}
        )

    @property
    def recipient(self) -> str:
        """The one address, its domain in plain ASCII. Raises `Unsendable`."""
        local, _, domain = self.to.rpartition("@")
        if not _LOCAL_PART.fullmatch(local):
            msg = f"{self.to!r} is not an address every mail server takes; only plain letters may stand before the @"
            raise Unsendable(msg)
        return f"{local}@{ascii_domain(domain)}"


class Stamp(Record):
    """What the connector itself puts on every letter. The payload can't change it."""

    sender: str
    sender_name: str
    message_id: str
    #: `<draft id>.<revision>` and the SHA-256 of the signed payload: evidence for whoever asks later.
    draft: str
    payload_hash: str


def ascii_domain(domain: str) -> str:
    """Return a domain in the form mail servers use. Raises `Unsendable` when that would name another domain."""
    try:
        plain = domain.encode("idna").decode("ascii")
        same = plain.encode("ascii").decode("idna").lower() == domain.lower() or domain.isascii()
    except UnicodeError:
        plain, same = "", False
    if not same or not _HOST.fullmatch(plain):
        msg = f"{domain!r} is not a domain that can be written in one way only; write its xn-- form"
        raise Unsendable(msg)
    return plain


def message_id(key: str, domain: str) -> str:
    """Return the Message-ID of an execution: the same key always gives the same one."""
    if not _KEY.fullmatch(key):
        msg = f"the key {key!r} can't be part of a Message-ID"
        raise Unsendable(msg)
    return f"<{key.replace(':', '.')}@{domain}>"


def written(letter: Letter, stamp: Stamp, at: datetime) -> bytes:
    """Return the letter as it goes over the wire, CRLF line ends, 7-bit. Raises `Unsendable`.

    The bytes are read back and compared with the signed text before they are returned, so nothing a mail
    library folds, decodes or trims can make the letter say something else.
    """
    try:
        raw = _message(letter, stamp, at).as_bytes()
    except (ValueError, MessageError) as problem:
        msg = f"the headers can't be written: {problem}"
        raise Unsendable(msg) from problem
    _compare(letter, stamp, raw)
    return raw


def _message(letter: Letter, stamp: Stamp, at: datetime) -> EmailMessage:
    _refuse_controls(letter)
    message = EmailMessage(policy=policy.SMTP)
    message["From"] = Address(stamp.sender_name, addr_spec=stamp.sender)
    message["To"] = Address(addr_spec=letter.recipient)
    message["Subject"] = letter.subject
    message["Date"] = format_datetime(at)
    message["Message-ID"] = stamp.message_id
    if letter.in_reply_to:
        message["In-Reply-To"] = message["References"] = letter.in_reply_to
    message["X-Sayso-Draft"] = stamp.draft
    message["X-Sayso-Hash"] = stamp.payload_hash
    message.set_content(letter.body, charset="utf-8", cte="quoted-printable")
    return message


def _refuse_controls(letter: Letter) -> None:
    if _CONTROL.search(letter.subject) or _CONTROL.search(letter.to):
        msg = "the subject or the address holds a line break or a control character"
        raise Unsendable(msg)
    if letter.in_reply_to and not _MESSAGE_ID.fullmatch(letter.in_reply_to):
        msg = f"{letter.in_reply_to!r} is not a Message-ID, like <note.1@example.com>"
        raise Unsendable(msg)


def _compare(letter: Letter, stamp: Stamp, raw: bytes) -> None:
    read = message_from_bytes(raw, policy=policy.SMTP)
    pairs = {
        "recipient": (read["to"], letter.recipient),
        "subject": (read["subject"], letter.subject),
        "sender": (read["from"].addresses[0].addr_spec, stamp.sender),
        "text": (_lines(read.get_content()), _lines(letter.body)),
    }
    for what, (reads, signed) in pairs.items():
        if str(reads) != signed:
            msg = f"the {what} would arrive as {str(reads)!r} instead of {signed!r}; edit it and sign again"
            raise Unsendable(msg)


def _lines(text: str) -> str:
    """Line ends are the mail system's own, and a text ends with one; nothing else may differ."""
    return text.replace("\r\n", "\n").replace("\r", "\n").removesuffix("\n")
