"""Playbooks of a few lines for stories the shipped ones don't tell."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_HEAD = """\
playbook: {name}
title: {title}
goal: It is done once.
owner: sales
level: {level}
channel: sales
inputs:
  to: {{type: email, label: To, default: jo@lark.example}}
subject: "{{{{ inputs.to }}}}"
allow: [mail.send]
steps:
"""
_LETTER = """\
  - do: letter
    action: mail.send
    with: {{to: "{{{{ inputs.to }}}}", subject: Hello, body: "{body}"}}
    title: "Write to {{{{ inputs.to }}}}"
    approve: {{by: sales, quorum: {quorum}, within: 4 hours, hold: 60 seconds, edit: [subject, body]}}
"""
_REFUND = """\
  - do: refund
    action: pay.refund
    with: {to: "{{ inputs.to }}", amount: 1480.00 USD}
    title: "Refund {{ inputs.to }}"
    amount: 1480.00 USD
    approve: {by: finance, within: 4 hours, hold: 60 seconds, edit: [amount]}
"""
_ASK = """\
  - ask: which
    who: sales
    title: "Which way for {{ inputs.to }}?"
    options: [by mail, by phone]
    recommended: by mail
  - task: call
    who: sales
    title: "Call {{ inputs.to }}"
  - tell: done
    text: "Chosen: {{ which }}"
"""


def letter(
    home: Path,
    name: str = "letter",
    *,
    title: str = "Write a letter",
    body: str = "A short text",
    level: int = 3,
    quorum: int = 1,
) -> None:
    """Add a playbook that sends one fixed letter."""
    text = _HEAD.format(name=name, title=title, level=level)
    _write(home, name, text + _LETTER.format(quorum=quorum, body=body))


def question(home: Path) -> None:
    """Add a playbook that asks, then gives somebody a task, then says what was chosen."""
    _write(home, "question", _HEAD.format(name="question", title="Ask first", level=3) + _ASK)


def refund(home: Path) -> None:
    """Add a playbook that pays 1,480.00 USD back, which one of finance signs."""
    head = _HEAD.format(name="refund", title="Refund", level=3)
    _write(home, "refund", head.replace("[mail.send]", "[pay.refund]") + _REFUND)


def _write(home: Path, name: str, text: str) -> None:
    (home / "playbooks" / f"{name}.yml").write_text(text, encoding="utf-8")
