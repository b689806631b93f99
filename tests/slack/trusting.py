"""A playbook that may send one letter by itself, and the stage it stands at, for stories about trust."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.fakes.clock import MONDAY
from workflows.trust.stages import Footing, Maker

if TYPE_CHECKING:
    from pathlib import Path

    from tests.slack.office import Office
    from workflows.trust.stages import Stage

_BOOK = """\
playbook: letter
title: Write a letter
goal: It is done once.
owner: sales
level: {level}
{alone}
rollout:
  start: {start}
  shadow: 0 days
  levels: 0 days
  success: {success}
  at least: {at_least} drafts
  share: 100%
  baseline: {{minutes: 5, errors: 1%, method: timed, n: 9, from: 2026-10-01, to: 2026-10-31}}
channel: sales
inputs:
  to: {{type: email, label: To, default: jo@lark.example}}
subject: "{{{{ inputs.to }}}}"
allow: [mail.send]
steps:
  - do: letter
    action: mail.send
    with: {{to: "{{{{ inputs.to }}}}", subject: Hello, body: "A short text"}}
    title: "Write to {{{{ inputs.to }}}}"
    approve: {{by: sales, within: 4 hours, hold: {hold}, edit: [subject, body], rule: {rule}}}
  - tell: done
    text: "Went on with {{{{ inputs.to }}}}"
"""
_ALONE = "alone: {amount: 500.00 USD, count: 2}"
#: The command that starts it.
START = "/playbook letter to=jo@lark.example"


def letter(
    home: Path,
    rule: str = "alone",
    *,
    level: int = 4,
    start: str = "assist",
    hold: str = "60 seconds",
    sample: str = "1%",
    success: str = "0%",
    at_least: int = 0,
) -> None:
    """Add the playbook, in a company that sees as few of them first as it may."""
    alone = _ALONE if level == 4 else ""
    said = {"level": level, "alone": alone, "rule": rule, "start": start, "hold": hold}
    text = _BOOK.format(**said, success=success, at_least=at_least)
    (home / "playbooks" / "letter.yml").write_text(text, encoding="utf-8")
    company = home / "company.yml"
    told = company.read_text(encoding="utf-8")
    company.write_text(f"{told}\nsample: {sample}\n", encoding="utf-8")


def stands(office: Office, stage: Stage) -> None:
    """Let it stand at a stage, with its present version."""
    store = office.foundation.store
    with store.transaction() as tx:
        active = tx.active("letter")
        assert active
        maker = Maker(agent="playbook", model="none", prompt_version="")
        tx.place(
            Footing(
                playbook="letter",
                stage=stage,
                since=MONDAY,
                version=active.version,
                makers=(maker,),
            )
        )
