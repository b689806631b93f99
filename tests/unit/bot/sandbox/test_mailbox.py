"""The mail server of the local workspace, spoken to by smtplib."""

from __future__ import annotations

import smtplib
from email.message import EmailMessage
from typing import TYPE_CHECKING

import pytest

from bot.sandbox.mailbox import Mailbox

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def mailbox(tmp_path: Path) -> Iterator[Mailbox]:
    made = Mailbox(tmp_path)
    made.start()
    yield made
    made.close()


def letter(message_id: str = "<1@sayso.example>") -> EmailMessage:
    mail = EmailMessage()
    mail["From"], mail["To"] = "shop@sayso.example", "jo@lark.example"
    mail["Subject"], mail["Message-ID"] = "Your quote Q-1043", message_id
    mail.set_content("Hi Jo, just checking in.")
    return mail


def send(mailbox: Mailbox, mail: EmailMessage) -> None:
    with smtplib.SMTP(mailbox.host, mailbox.port, timeout=2) as smtp:
        smtp.send_message(mail)


def test_a_letter_that_arrives_is_kept_and_found(mailbox: Mailbox, tmp_path: Path) -> None:
    """What was sent can be read by its Message-ID, also from the folder by a later server."""
    send(mailbox, letter())
    found = mailbox.find("1@sayso.example")
    assert found is not None
    assert "checking in" in found.text
    assert found.message["Delivered-To"] == "jo@lark.example"
    again = Mailbox(tmp_path)
    assert again.find("<1@sayso.example>") is not None
    assert len(list(again.sent_folder.glob("*.eml"))) == 1


def test_a_refused_letter_is_not_kept(mailbox: Mailbox) -> None:
    """A 550 reaches the sender and nothing is stored."""
    mailbox.fail(refuse="550 5.1.1 No such mailbox")
    with pytest.raises(smtplib.SMTPDataError) as caught:
        send(mailbox, letter())
    assert caught.value.smtp_code == 550
    assert mailbox.letters() == []


def test_a_lost_reply_leaves_the_letter_behind(mailbox: Mailbox) -> None:
    """The sender can't know, but the letter arrived: the case a look-up is for."""
    mailbox.fail(drop=True)
    with pytest.raises(smtplib.SMTPServerDisconnected):
        send(mailbox, letter("<2@sayso.example>"))
    assert mailbox.find("<2@sayso.example>") is not None
