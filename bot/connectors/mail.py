"""Mail over SMTP: sends one signed letter to one person, and can say afterwards whether it left."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from blocks.domains import links, mixed_script
from bot.connectors.letter import Letter, Stamp, Unsendable, message_id, written
from bot.connectors.sent import SentFolder
from bot.connectors.smtp import Conversation, MailSettings, deliver, not_sent, said
from workflows.action import ActionSpec, Field, Risk
from workflows.errors import ConnectorError
from workflows.ports import Finding, Preview
from workflows.run import Compensation, Outcome
from workflows.text import Untrusted

if TYPE_CHECKING:
    from collections.abc import Callable

    from workflows.ports import Clock, Found, JsonObject, ReadSpec
    from workflows.run import SignedDraft

__all__ = ["SEND", "MailConnector", "MailSettings"]

_SUBJECT = 200

SEND = ActionSpec(
    name="mail.send",
    title="Send an e-mail",
    risk=Risk.CUSTOMER,
    fields=(
        Field(name="to", type="email", label="To", max=254),
        Field(name="subject", label="Subject", max=_SUBJECT),
        Field(name="body", type="long_text", label="Text"),
        Field(
            name="in_reply_to",
            label="Answers",
            hint="Message-ID of the letter this one answers",
            required=False,
            max=250,
        ),
    ),
    idempotency="lookup",
    undo="send a correction",
    reaches="to",
)


class MailConnector:
    """Sends mail from one configured address.

    `finder` answers, for a Message-ID, whether the mail server has it (an IMAP search): something true or
    something false. It is believed either way, so it must not say no while a letter may still be on its way
    into the mailbox; it raises `OSError` when it can't tell. A copy kept here proves only that a letter left,
    its absence proves nothing.
    """

    name = "mail"
    actions: tuple[ActionSpec, ...] = (SEND,)
    reads: tuple[ReadSpec, ...] = ()

    def __init__(
        self, settings: MailSettings, clock: Clock, finder: Callable[[str], object] | None = None
    ) -> None:
        """Nothing is connected before the first letter or check."""
        self._settings = settings
        self._clock = clock
        self._finder = finder
        self._sent = SentFolder(settings.sent_folder) if settings.sent_folder else None

    def check(self) -> tuple[Finding, ...]:
        """Connect, greet and log in, send nothing; look whether copies can be kept."""
        return (self._check_server(), *self._check_folder())

    def _check_server(self) -> Finding:
        settings = self._settings
        what = f"mail server {settings.host}:{settings.port}"
        try:
            Conversation(settings).close()
        except OSError as problem:
            why = not_sent(settings, problem).message
            fix = "Check mail host, port, security, username and password in the settings."
            return Finding(ok=False, what=what, why=why, fix=fix)
        return Finding(ok=True, what=what, why=f"sends as {settings.sender}")

    def _check_folder(self) -> tuple[Finding, ...]:
        if self._sent is None:
            return ()
        what = f"sent folder {self._settings.sent_folder}"
        try:
            self._sent.check()
        except OSError as problem:
            return (Finding(ok=False, what=what, why=said(problem), fix="Make it writable."),)
        return (Finding(ok=True, what=what),)

    def read(self, name: str, params: JsonObject) -> Found:  # noqa: ARG002 -- the port's signature
        """Refuse: there is nothing to read here yet. Raises `ConnectorError`."""
        raise ConnectorError(
            connector="mail",
            verb=f"read {name}",
            reason="it reads nothing",
            next_step="Use table.find.",
        )

    def preview(self, action: str, payload: JsonObject) -> Preview:
        """Show the envelope and every host the text links to. Raises `ConnectorError`."""
        try:
            letter = _letter(payload)
            written(letter, self._stamp("preview", "0" * 64), self._clock.now())
        except Unsendable as problem:
            raise ConnectorError(
                connector="mail",
                verb=f"carry out {action}",
                reason=problem,
                next_step="Edit the draft.",
            ) from problem
        unusual = mixed_script(letter.to)
        return Preview(lines=self._lines(letter), warnings=(unusual,) if unusual else ())

    def _lines(self, letter: Letter) -> tuple[str, ...]:
        settings = self._settings
        lines = [
            f"From {settings.sender_name} <{settings.sender}>".replace("  ", " "),
            f"To {letter.recipient}",
            f"Subject {letter.subject}",
            f"Text of {len(letter.body)} characters",
        ]
        return (*lines, *(f"Links to {host}" for host in links(letter.body)))

    def execute(self, signed: SignedDraft) -> Outcome:
        """Send the signed letter unless its copy shows that it left before. Never raises."""
        try:
            letter = _letter(json.loads(signed.body))
            stamp = self._stamp(signed.key, signed.payload_hash)
            message = written(letter, stamp, self._clock.now())
            recipient = letter.recipient
        except Unsendable as problem:
            return Outcome(status="rejected", message=f"Nothing was sent: {problem}.")
        if self._sent and self._sent.kept(stamp.message_id):
            return _left(stamp.message_id, "It had left before; it was not sent again.")
        outcome = deliver(self._settings, recipient, message)
        if outcome.status != "done":
            return outcome.model_copy(update={"receipt": stamp.message_id})
        return _left(stamp.message_id, outcome.message + self._keep(stamp.message_id, message))

    def _keep(self, letter_id: str, message: bytes) -> str:
        if self._sent is None:
            return ""
        try:
            self._sent.keep(letter_id, message)
        except OSError as problem:
            return f" No copy could be kept: {said(problem)}."
        return ""

    def lookup(self, signed: SignedDraft) -> Outcome | None:
        """Look for the letter's Message-ID; `unknown` when nobody can say that it did not leave."""
        letter_id = message_id(signed.key, self._settings.domain)
        try:
            if self._sent and self._sent.has(letter_id):
                return _left(letter_id, "Its copy is in the sent folder.")
            if self._finder is None:
                return _undecided(letter_id, "there is no mailbox to look in")
            return _left(letter_id, "It is in the sent mail.") if self._finder(letter_id) else None
        except OSError as problem:
            return _undecided(letter_id, said(problem))

    def undo(self, signed: SignedDraft, outcome: Outcome) -> Compensation | None:
        """Offer a correction to the same person, as an answer to what was sent."""
        if outcome.status != "done":
            return None
        letter = _letter(json.loads(signed.body))
        body = (
            f"Our message \u201c{letter.subject}\u201d was sent to you by mistake. Please disregard it.\n\n"
            f"{self._settings.sender_name or self._settings.sender}\n"
        )
        payload: JsonObject = {
            "to": letter.to,
            "subject": f"Correction: {letter.subject}"[:_SUBJECT].rstrip(),
            "body": body,
            "in_reply_to": message_id(signed.key, self._settings.domain),
        }
        title = Untrusted(f"Send a correction of \u201c{letter.subject}\u201d to {letter.to}")
        return Compensation(action=SEND.name, payload=payload, title=title)

    def _stamp(self, key: str, payload_hash: str) -> Stamp:
        return Stamp(
            sender=self._settings.sender,
            sender_name=self._settings.sender_name,
            message_id=message_id(key, self._settings.domain),
            draft=key.removeprefix("draft:").replace(":", "."),
            payload_hash=payload_hash,
        )


def _letter(payload: JsonObject) -> Letter:
    if problems := SEND.problems(payload):
        raise Unsendable("; ".join(f"{name} {problem}" for name, problem in problems.items()))
    return Letter.of(payload)


def _left(letter_id: str, message: str) -> Outcome:
    facts: JsonObject = {"message_id": letter_id}
    return Outcome(status="done", receipt=letter_id, message=message, facts=facts)


def _undecided(letter_id: str, why: str) -> Outcome:
    message = f"Nobody knows whether it was sent: {why}."
    return Outcome(status="unknown", receipt=letter_id, message=message)
