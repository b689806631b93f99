"""Letters as bytes: headers nobody can inject into, addresses that mean one thing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from pydantic import ValidationError

from bot.connectors.letter import Letter, Stamp, Unsendable, ascii_domain, message_id, written
from bot.connectors.mail import MailConnector, MailSettings
from tests.fakes.clock import FakeClock
from tests.fakes.signed import NOON, signed
from workflows.errors import ConnectorError

if TYPE_CHECKING:
    from workflows.ports import JsonObject

STAMP = Stamp(
    sender="office@ovens.example",
    sender_name="Northwind Ovens",
    message_id="<draft.d-1.1@ovens.example>",
    draft="d-1.1",
    payload_hash="0" * 64,
)
MAIL = MailConnector(
    MailSettings(host="127.0.0.1", port=9, security="none", sender="office@ovens.example"),
    FakeClock(),
)


def letter(**changes: str) -> Letter:
    """Return a plain letter with some fields changed."""
    return Letter.model_validate(
        {"to": "mira@lark.example", "subject": "Your quote", "body": "Hello"} | changes
    )


@pytest.mark.parametrize(
    "changes",
    [
        {"subject": "Hi\r\nBcc: eve@evil.example"},
        {"subject": "Hi\nBcc: eve@evil.example"},
        {"subject": "Hi\x0bthere"},
        {"subject": "Hi\u2028there"},
        {"subject": "Hi\x85there"},
        {"subject": "=?utf-8?q?Refund?="},
        {"subject": " leading space"},
        {"to": "mira@lark.example\r\nBcc: eve@evil.example"},
        {"to": "mira@lark.example, eve@evil.example"},
        {"to": "mira(eve@evil.example)@lark.example"},
        {"to": "mïra@lark.example"},
        {"to": "mira@fa\u00df.example"},
        {"to": "mira@lark"},
        {"in_reply_to": "<a@b.example>\r\nBcc: eve@evil.example"},
        {"in_reply_to": "no message id"},
    ],
)
def test_what_would_read_differently_is_refused(changes: dict[str, str]) -> None:
    """A line break, a second recipient or a disguised subject never becomes a header."""
    with pytest.raises(Unsendable):
        written(letter(**changes), STAMP, NOON)


@pytest.mark.parametrize("name", ["Eve\r\nBcc: eve@evil.example", "Eve\nX: y"])
def test_a_sender_name_cannot_add_headers(name: str) -> None:
    """Even a configured name with a line break is refused."""
    with pytest.raises(Unsendable):
        written(letter(), STAMP.model_copy(update={"sender_name": name}), NOON)


def test_the_same_letter_gives_the_same_bytes() -> None:
    """Nothing in a letter is random, so a second try under the same key is the same letter."""
    assert written(letter(), STAMP, NOON) == written(letter(), STAMP, NOON)


def test_the_message_id_follows_from_the_key() -> None:
    """The key of an execution is found again in the Message-ID."""
    assert message_id("draft:d-1:2", "ovens.example") == "<draft.d-1.2@ovens.example>"
    with pytest.raises(Unsendable):
        message_id("draft:d 1>:2", "ovens.example")


def test_a_domain_in_other_letters_goes_out_in_its_plain_form() -> None:
    """The envelope carries the form mail servers use."""
    assert ascii_domain("b\u00fccher.example") == "xn--bcher-kva.example"
    assert letter(to="jo@b\u00fccher.example").recipient == "jo@xn--bcher-kva.example"


def test_a_preview_warns_of_letters_that_only_look_like_latin() -> None:
    """A domain with a Cyrillic letter is shown with its plain form."""
    payload: JsonObject = {
        "to": "mira@l\u0430rk.example",
        "subject": "Hi",
        "body": "See https://evil.example/x",
    }
    preview = MAIL.preview("mail.send", payload)
    assert "To mira@xn--lrk-6cd.example" in preview.lines
    assert "Links to evil.example" in preview.lines
    assert "Cyrillic" in preview.warnings[0]


@pytest.mark.parametrize(
    "payload",
    [
        {"to": "mira@lark.example", "subject": "Hi"},
        {"to": "mira@lark.example", "subject": "Hi", "body": "x", "bcc": "eve@evil.example"},
        {"to": "mira@lark.example", "subject": "x" * 201, "body": "x"},
        {"to": "a@b.example,c@d.example", "subject": "Hi", "body": "x"},
        {"to": "mira@lark.example\n", "subject": "Hi", "body": "x"},
    ],
)
def test_a_payload_that_does_not_fit_is_refused_before_the_wire(payload: dict[str, str]) -> None:
    """Both the preview and the execution refuse it, and no server is asked."""
    with pytest.raises(ConnectorError, match="could not carry out"):
        MAIL.preview("mail.send", {**payload})
    assert MAIL.execute(signed("mail.send", {**payload})).status == "rejected"


@pytest.mark.parametrize(
    "wrong",
    [
        {"sender": "office"},
        {"sender": "office@ovens.example\nBcc: x@y.example"},
        {"sender": "\u00f6ffice@ovens.example"},
        {"sender": "office@local host"},
        {"timeout": 60},
        {"username": "office", "security": "none", "host": "mail.ovens.example"},
    ],
)
def test_settings_that_are_not_safe_are_refused(wrong: dict[str, object]) -> None:
    """No password in clear over the network, no sender that is not one address, no endless wait."""
    right = {"host": "mail.ovens.example", "sender": "office@ovens.example"}
    assert MailSettings.model_validate(right).security == "starttls"
    with pytest.raises(ValidationError):
        MailSettings.model_validate(right | wrong)
