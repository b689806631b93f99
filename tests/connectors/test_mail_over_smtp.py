"""Mail against a real SMTP server: what arrives, and what is said when the server misbehaves."""

from __future__ import annotations

import json
import logging
import shutil
import ssl
import subprocess
from email import message_from_bytes, policy
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import SecretStr

from bot.connectors.mail import MailConnector, MailSettings
from tests.fakes.clock import FakeClock
from tests.fakes.mail_server import Fault, MailServer
from tests.fakes.signed import signed

if TYPE_CHECKING:
    from collections.abc import Iterator
    from email.message import EmailMessage
    from pathlib import Path

    from workflows.ports import JsonObject

LETTER: JsonObject = {
    "to": "mira@lark.example",
    "subject": "Your quote Q-1043",
    "body": "Dear Mira,\n\ndoes 2,480.00 USD still suit you?\n\nAna",
}


@pytest.fixture
def server() -> Iterator[MailServer]:
    with MailServer() as running:
        yield running


def mail(server: MailServer, **settings: object) -> MailConnector:
    given: dict[str, object] = {
        "host": "127.0.0.1",
        "port": server.port,
        "security": "none",
        "sender": "office@ovens.example",
        "sender_name": "Northwind Ovens",
        "timeout": 5.0,
    }
    finder = settings.pop("finder", None)
    return MailConnector(MailSettings.model_validate(given | settings), FakeClock(), finder)  # pyright: ignore[reportArgumentType]


def parsed(raw: bytes) -> EmailMessage:
    return message_from_bytes(raw, policy=policy.SMTP)  # pyright: ignore[reportReturnType]


def test_what_arrives_is_what_was_signed(server: MailServer) -> None:
    """Recipient, subject, text and the signed hash are in the delivered letter."""
    draft = signed("mail.send", LETTER)
    outcome = mail(server).execute(draft)
    letter = parsed(server.arrived[0])
    assert outcome.status == "done"
    assert outcome.receipt == letter["message-id"] == "<draft.d-1.1@ovens.example>"
    assert server.envelopes == [("office@ovens.example", ["mira@lark.example"])]
    assert letter["to"] == "mira@lark.example"
    assert letter["from"] == "Northwind Ovens <office@ovens.example>"
    assert letter["subject"] == LETTER["subject"]
    assert letter["date"].datetime == FakeClock().now()
    assert letter.get_content() == f"{LETTER['body']}\n".replace("\n", "\r\n")
    assert letter["x-sayso-hash"] == draft.payload_hash
    assert letter["x-sayso-draft"] == "d-1.1"
    assert letter.get_content_type() == "text/plain"


TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=120)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(subject=TEXT.filter(str.strip), body=TEXT.filter(bool))
def test_any_text_arrives_unchanged_or_is_refused(
    server: MailServer, subject: str, body: str
) -> None:
    """No character a draft can hold makes a letter say something else than what was signed."""
    server.arrived.clear()
    payload: JsonObject = {"to": "mira@lark.example", "subject": subject, "body": body}
    outcome = mail(server).execute(signed("mail.send", payload))
    if outcome.status == "rejected":
        assert not server.arrived
        return
    letter = parsed(server.arrived[0])
    assert letter["subject"] == subject
    arrived = letter.get_content().replace("\r\n", "\n").removesuffix("\n")
    assert arrived == body.replace("\r\n", "\n").replace("\r", "\n").removesuffix("\n")


@pytest.mark.parametrize(
    "body", [".\r\nMAIL FROM:<x@y.example>\r\n", "a\r\n.\r\nb", "..\n.\n", "."]
)
def test_a_text_cannot_end_the_letter_early(server: MailServer, body: str) -> None:
    """Lines that mean something to SMTP arrive as text, in one letter."""
    assert mail(server).execute(signed("mail.send", LETTER | {"body": body})).status == "done"
    assert len(server.arrived) == 1
    wanted = body.replace("\r\n", "\n").removesuffix("\n")
    assert (
        parsed(server.arrived[0]).get_content().replace("\r\n", "\n").removesuffix("\n") == wanted
    )


@pytest.mark.parametrize(
    ("fault", "status", "arrives", "words"),
    [
        ("refuse", "rejected", 0, "550 5.1.1 No such person here"),
        ("greylist", "retryable", 0, "451 4.7.1 Try in a minute"),
        ("spam", "rejected", 0, "554 5.7.1 Looks like spam"),
        ("busy", "retryable", 0, "452 4.3.1 Disk full"),
        ("hang up", "retryable", 0, "Nothing was sent"),
        ("drop", "unknown", 1, "Nobody knows"),
        ("stall", "unknown", 1, "Nobody knows"),
        ("mumble", "unknown", 0, "299 Mm"),
    ],
)
def test_a_fault_is_told_as_what_is_known(
    server: MailServer, fault: Fault, status: str, arrives: int, words: str
) -> None:
    """Refused, worth another try, or unknown: never more certain than the wire was."""
    server.faults.append(fault)
    outcome = mail(server, timeout=0.5).execute(signed("mail.send", LETTER))
    assert outcome.status == status
    assert words in outcome.message
    assert len(server.arrived) == arrives


def test_no_server_is_worth_another_try() -> None:
    """When nobody listens, nothing was sent and it may be tried again."""
    with MailServer() as stopped:
        gone = mail(stopped)
    outcome = gone.execute(signed("mail.send", LETTER))
    assert outcome.status == "retryable"
    assert "Nothing was sent" in outcome.message


def test_a_lost_answer_is_found_again_and_not_sent_twice(server: MailServer) -> None:
    """After an answer was lost, a look into the mailbox tells that the letter is there."""
    server.faults.append("drop")
    connector = mail(server, finder=server.has)
    draft = signed("mail.send", LETTER)
    assert connector.execute(draft).status == "unknown"
    found = connector.lookup(draft)
    assert found
    assert (found.status, found.receipt) == ("done", "<draft.d-1.1@ovens.example>")
    assert len(server.arrived) == 1


def test_a_mailbox_without_the_letter_allows_another_try(server: MailServer) -> None:
    """A mailbox that can be searched and has no such letter proves that it did not leave."""
    assert mail(server, finder=server.has).lookup(signed("mail.send", LETTER)) is None


def test_without_a_mailbox_nobody_can_say(server: MailServer) -> None:
    """A missing copy proves nothing, so a person is asked."""
    outcome = mail(server).lookup(signed("mail.send", LETTER))
    assert outcome
    assert outcome.status == "unknown"


def test_a_mailbox_that_does_not_answer_proves_nothing(server: MailServer) -> None:
    """A search that breaks is no answer."""

    def broken(_message_id: str) -> bool:
        raise ConnectionResetError

    outcome = mail(server, finder=broken).lookup(signed("mail.send", LETTER))
    assert outcome
    assert outcome.status == "unknown"


def test_a_kept_copy_stops_a_second_letter(server: MailServer, tmp_path: Path) -> None:
    """The same execution again finds its own copy, byte for byte what arrived, and sends nothing."""
    connector = mail(server, sent_folder=tmp_path / "sent")
    draft = signed("mail.send", LETTER)
    assert connector.execute(draft).status == connector.execute(draft).status == "done"
    assert len(server.arrived) == 1
    [copy] = (tmp_path / "sent").glob("*.eml")
    assert copy.read_bytes() == server.arrived[0]
    assert copy.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("place", ["other.eml", "cur/1.host", "new/2.host"])
def test_a_copy_is_found_under_any_name(server: MailServer, tmp_path: Path, place: str) -> None:
    """A mail program's own folder of sent letters is searched by Message-ID."""
    file = tmp_path / place
    file.parent.mkdir(exist_ok=True)
    file.write_bytes(b"Message-ID: <draft.d-1.1@ovens.example>\r\n\r\nHello")
    found = mail(server, sent_folder=tmp_path).lookup(signed("mail.send", LETTER))
    assert found
    assert found.status == "done"


def test_a_sent_letter_whose_copy_is_lost_is_still_sent(server: MailServer, tmp_path: Path) -> None:
    """No room for a copy does not turn a sent letter into a failed one."""
    (tmp_path / "sent").write_text("a file where the folder should be")
    outcome = mail(server, sent_folder=tmp_path / "sent").execute(signed("mail.send", LETTER))
    assert outcome.status == "done"
    assert "No copy could be kept" in outcome.message


def test_check_logs_in_and_sends_nothing() -> None:
    """The doctor learns whether sending would work, and no letter leaves."""
    with MailServer(login=("office", "s3cret-canary")) as server:
        right = mail(server, username="office", password=SecretStr("s3cret-canary"))
        wrong = mail(server, username="office", password=SecretStr("guess"))
        assert [finding.ok for finding in right.check()] == [True]
        [finding] = wrong.check()
        assert not finding.ok
        assert "535" in finding.why
        assert finding.fix
        assert server.arrived == []
        assert wrong.execute(signed("mail.send", LETTER)).status == "rejected"
        assert right.execute(signed("mail.send", LETTER)).status == "done"


def test_check_finds_a_folder_it_cannot_keep_copies_in(server: MailServer, tmp_path: Path) -> None:
    """A file in the place of the sent folder is named."""
    (tmp_path / "sent").write_text("")
    server_finding, folder = mail(server, sent_folder=tmp_path / "sent").check()
    assert server_finding.ok
    assert not folder.ok


def test_neither_text_nor_password_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    """With every log line switched on, nothing of the letter or the password shows."""
    caplog.set_level(logging.DEBUG)
    with MailServer(login=("office", "s3cret-canary")) as server:
        connector = mail(server, username="office", password=SecretStr("s3cret-canary"))
        outcome = connector.execute(signed("mail.send", LETTER | {"body": "body-canary"}))
        shown = outcome.model_dump_json() + repr(connector.check()) + repr(vars(connector))
    ours = [record for record in caplog.records if not record.name.startswith("mail.")]
    assert outcome.status == "done"
    assert "canary" not in shown + "".join(record.getMessage() for record in ours)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for 127.0.0.1 with its key, signed by itself."""
    if not shutil.which("openssl"):
        pytest.skip("needs openssl to make a certificate")
    file = tmp_path_factory.mktemp("tls") / "server.pem"
    subject = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"]
    make = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"]
    made = [*make, *subject, "-keyout", f"{file}.key", "-out", str(file)]
    subprocess.run(made, check=True, capture_output=True)
    return file


@pytest.mark.parametrize(("security", "at_once"), [("starttls", False), ("tls", True)])
def test_mail_goes_over_tls_only_to_a_trusted_server(
    certificate: Path, security: str, *, at_once: bool
) -> None:
    """A server whose certificate is not trusted gets nothing; a trusted one gets the letter."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, f"{certificate}.key")
    with MailServer.encrypted(context, at_once=at_once) as server:
        doubtful = mail(server, security=security).execute(signed("mail.send", LETTER))
        assert doubtful.status == "rejected"
        assert "can't be used safely" in doubtful.message
        assert server.arrived == []
        trusted = mail(server, security=security, ca_file=certificate)
        assert trusted.execute(signed("mail.send", LETTER)).status == "done"


def test_a_server_without_starttls_gets_nothing(server: MailServer) -> None:
    """Encryption that was asked for is never silently given up."""
    outcome = mail(server, security="starttls").execute(signed("mail.send", LETTER))
    assert outcome.status == "rejected"
    assert server.arrived == []


def test_an_undo_answers_the_letter_it_corrects(server: MailServer) -> None:
    """The correction is a new letter to sign, to the same person, threaded under the first."""
    connector = mail(server)
    draft = signed("mail.send", LETTER)
    correction = connector.undo(draft, connector.execute(draft))
    assert correction
    assert connector.actions[0].problems(correction.payload) == {}
    assert connector.execute(signed("mail.send", correction.payload, "d-2")).status == "done"
    letter = parsed(server.arrived[1])
    assert letter["in-reply-to"] == parsed(server.arrived[0])["message-id"]
    assert letter["subject"] == "Correction: Your quote Q-1043"
    assert json.loads(draft.body)["to"] == letter["to"]
