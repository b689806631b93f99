"""The company whose databases are kept, one of each released form: a playbook for each way a run can wait."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.fakes.connector import FakeConnector

if TYPE_CHECKING:
    from pathlib import Path

    from workflows.ports import Connector

_COMPANY = """\
name: Golden and Co
zone: Europe/Madrid
currency: EUR
owner: U-OWNER
people:
  - {id: U-OWNER, name: Olga Ott}
  - {id: U-ANA, name: Ana Arco, roles: [sales]}
  - {id: U-BEN, name: Ben Brun, roles: [sales]}
channels: {sales: C-SALES}
"""
_HEAD = """\
playbook: {name}
title: Send a note
goal: A note arrives once.
owner: sales
channel: sales
inputs:
  to: {{type: text, label: To, default: jo}}
subject: "{{{{ inputs.to }}}}"
allow: {action}
"""
_SEND = """\
  - do: send
    action: {action}
    with: {{to: "{{{{ inputs.to }}}}", note: {note}}}
    title: "Send a note to {{{{ inputs.to }}}}"
    approve: {{by: sales, quorum: {quorum}, within: 3 days, hold: 10 minutes, edit: [note]}}
"""
_ROUND = """\
  - ask: which
    who: sales
    title: Send it at all?
    options: [send it, leave it]
    within: 3 days
  - task: call
    who: sales
    title: Call first
    within: 3 days
  - wait: a-day
    for: 1 day
  - decide: wanted
    if: "true"
    otherwise: stop
"""
_DRAFT = """\
  - draft: letter
    agent: sales-follow-up
    action: by-key.send
    with: {{to: "{{{{ inputs.to }}}}"}}
    writes: [note]
    title: "Send a note to {{{{ inputs.to }}}}"
    approve: {{by: sales, within: 3 days, hold: 10 minutes, edit: [note]}}
"""
_TELL = """\
  - tell: told
    text: "{note}, {{{{ inputs.to }}}}."
"""
_DAILY = 'trigger:\n  schedule: {cron: "0 9 * * *"}\n'


def write_company(home: Path, note: str = "Hello") -> Path:
    """Write the company; `note` is what its playbooks say, so that another text makes other versions of them."""
    (home / "playbooks").mkdir(parents=True)
    (home / "company.yml").write_text(_COMPANY)
    for name, (action, steps) in _playbooks().items():
        head = _HEAD.format(name=name, action=action) + (_DAILY if name == "daily" else "")
        filled = (
            each.format(action=action, note=note, quorum=1 + (name == "pair")) for each in steps
        )
        text = f"{head}steps:\n{''.join(filled)}"
        (home / "playbooks" / f"{name}.yml").write_text(text)
    return home


def _playbooks() -> dict[str, tuple[str, tuple[str, ...]]]:
    """Return each playbook's action and steps."""
    return {
        "note": ("by-key.send", (_SEND, _TELL)),
        "pair": ("by-key.send", (_SEND,)),
        "blind": ("by-none.send", (_SEND,)),
        "round": ("by-key.send", (_ROUND, _SEND, _TELL)),
        "letter": ("by-key.send", (_DRAFT, _TELL)),
        "daily": ("by-key.send", (_TELL,)),
    }


def connectors(home: Path) -> list[Connector]:
    """Return the outside world: one that keeps keys, and one that nobody can ask what came of it."""
    return [
        FakeConnector("by-key", idempotency="key", journal=home / "effects.jsonl"),
        FakeConnector("by-none", idempotency="none", journal=home / "effects-blind.jsonl"),
    ]
