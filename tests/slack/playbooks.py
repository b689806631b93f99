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
mode: {mode}
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
    because: "{{ inputs.to }} reads mail"
  - task: call
    who: sales
    title: "Call {{ inputs.to }}"
  - tell: done
    text: "Chosen: {{ which }}"
"""

_EXCEPTIONS = """\
exceptions:
  - {on: emergency, words: [fire], then: call, say: "A fire at {{ inputs.to }}: call now."}
  - {on: replied, then: call, say: "{{ inputs.to }} has replied, so the letter is not sent."}
  - {on: late, then: call}
  - {on: failed, then: call}
steps:
"""
_READ = """\
  - read: customer
    from: {reads}
    with: {{id: "{{{{ inputs.to }}}}"}}
"""
_ASIDE = """\
  - task: call
    aside: true
    who: sales
    title: "Call {{ inputs.to }}"
"""


def letter(
    home: Path,
    name: str = "letter",
    *,
    title: str = "Write a letter",
    body: str = "A short text",
    level: int = 3,
    quorum: int = 1,
    mode: str = "parallel",
) -> None:
    """Add a playbook that sends one fixed letter."""
    text = _HEAD.format(name=name, title=title, level=level, mode=mode)
    _write(home, name, text + _LETTER.format(quorum=quorum, body=body))


def question(home: Path) -> None:
    """Add a playbook that asks, then gives somebody a task, then says what was chosen."""
    _write(
        home,
        "question",
        _HEAD.format(name="question", title="Ask first", level=3, mode="parallel") + _ASK,
    )


def exceptional(home: Path, reads: str = "") -> None:
    """Add a playbook that sends one letter, and says what happens when something goes otherwise.

    `reads` is where it looks somebody up first.
    """
    head = _HEAD.format(name="letter", title="Write a letter", level=3, mode="parallel")
    letter = _LETTER.format(quorum=1, body="A short text")
    lookup = _READ.format(reads=reads) if reads else ""
    head = head.replace("[mail.send]", f"[mail.send, {reads}]") if reads else head
    text = head.replace("steps:\n", _EXCEPTIONS) + lookup + letter + _ASIDE
    _write(home, "letter", text)


def refund(home: Path) -> None:
    """Add a playbook that pays 1,480.00 USD back, which one of finance signs."""
    head = _HEAD.format(name="refund", title="Refund", level=3, mode="parallel")
    _write(home, "refund", head.replace("[mail.send]", "[pay.refund]") + _REFUND)


def _write(home: Path, name: str, text: str) -> None:
    (home / "playbooks" / f"{name}.yml").write_text(text, encoding="utf-8")


_ALARM = """\
exceptions:
  - {{on: emergency, words: [fire], on_call: night, within: 2 hours, then: call, say: "{say}"}}
steps:
"""


def alarming(home: Path) -> None:
    """Add a playbook that sends one letter, unless there is a fire: then whoever is on call says so first."""
    head = _HEAD.format(name="letter", title="Write a letter", level=3, mode="parallel")
    alarm = _ALARM.format(say="A fire at {{ inputs.to }}: call now.")
    text = head.replace("steps:\n", alarm) + _LETTER.format(quorum=1, body="A short text")
    _write(home, "letter", text + _ASIDE)
    file = home / "company.yml"
    weeks = "rota: [U01LEE, U01NOA], from: 2026-11-23, hand_over: mon 00:00"
    rota = f"on_call: {{night: {{{weeks}, next_after: 10 minutes}}}}\n"
    file.write_text(rota + file.read_text(encoding="utf-8"), encoding="utf-8")
