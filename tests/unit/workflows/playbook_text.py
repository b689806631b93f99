"""A small right playbook to spoil, and the connectors and company it is read beside."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workflows.action import ActionSpec, Field, Risk
from workflows.company import Company, Person
from workflows.loading import UnreadableFile, load_playbook
from workflows.ports import ReadSpec
from workflows.urgent.on_call import Rota

if TYPE_CHECKING:
    from collections.abc import Mapping

    from workflows.loading.problems import Problem
    from workflows.playbook import Playbook

ACTIONS = {
    "mail.send": ActionSpec(
        name="mail.send",
        title="Send an e-mail",
        risk=Risk.CUSTOMER,
        fields=(
            Field(name="to", type="email"),
            Field(name="subject"),
            Field(name="body", type="long_text"),
            Field(name="in_reply_to", required=False),
        ),
        idempotency="lookup",
    ),
    "bank.refund": ActionSpec(
        name="bank.refund",
        title="Refund a payment",
        risk=Risk.MONEY,
        fields=(Field(name="amount", type="money"), Field(name="reason", required=False)),
        idempotency="key",
    ),
}
READS = {
    "table.find": ReadSpec(
        name="table.find",
        title="Find a row",
        fields=(Field(name="table"), Field(name="id")),
    ),
    "table.list": ReadSpec(
        name="table.list",
        title="List rows",
        fields=(Field(name="table"), Field(name="limit", type="integer", required=False, max=200)),
    ),
}
AGENTS = ("sales-follow-up", "kpi-analyst")
COMPANY = Company(
    name="Alder Ovens",
    owner="U1",
    people=(
        Person(id="U1", name="Ana"),
        Person(id="U2", name="Lee", roles=("sales",)),
        Person(id="U3", name="Noa", roles=("sales",), guest=True),
    ),
    channels={"sales": "C1"},
    on_call={"night": Rota(rota=("U1",))},
)
GOOD = """\
playbook: quote-follow-up
title: Follow up a quote
goal: Every quote gets an answer.
owner: sales
channel: sales
inputs:
  quote: {type: text}
subject: "{{ inputs.quote }}"
allow: [table.find, mail.send]
steps:
  - read: quote
    from: table.find
    with: {table: quotes, id: "{{ inputs.quote }}"}
  - decide: unanswered
    if: quote.status == "sent"
  - draft: letter
    agent: sales-follow-up
    action: mail.send
    with: {to: "{{ quote.email }}"}
    writes: [subject, body]
    uses: [quote]
    title: Send a letter to {{ quote.customer }}
    approve: {by: sales, edit: [body]}
    still: quote.status == "sent"
"""


def loaded(
    text: str,
    company: Company | None = COMPANY,
    actions: Mapping[str, ActionSpec] = ACTIONS,
) -> Playbook:
    """Load a playbook called `p.yml` beside the example connectors."""
    return load_playbook(
        text, "p.yml", actions=actions, reads=READS, agents=AGENTS, company=company
    )


def problems(
    text: str,
    company: Company | None = COMPANY,
    actions: Mapping[str, ActionSpec] = ACTIONS,
) -> tuple[Problem, ...]:
    """Return what is wrong with a playbook; nothing when it loads."""
    try:
        loaded(text, company, actions)
    except UnreadableFile as error:
        return error.problems
    return ()
