"""A playbook without the controls of its kind is refused, with the line that makes them needed and what to write."""

from __future__ import annotations

import pytest

from tests.unit.workflows.playbook_text import ACTIONS, AGENTS, GOOD, READS, problems
from workflows.action import ActionSpec, Field, Risk
from workflows.loading import load_playbook

REACHING = {
    **ACTIONS,
    "mail.send": ACTIONS["mail.send"].model_copy(update={"reaches": "to"}),
    **{
        name: ActionSpec(
            name=name,
            title="Change a record",
            risk=Risk.CUSTOMER,
            fields=(
                Field(name="id"),
                Field(name="source", required=False),
                Field(name="value", type="long_text"),
            ),
            idempotency="key",
            undo=undo,
        )
        for name, undo in (("crm.change", "put the old value back"), ("crm.drop", ""))
    },
}
HEAD = '\nmode: single\ncustomer: {id: "{{ quote.email }}", zone: "{{ quote.zone }}"}\nsubject:'
ENDS = "exceptions:\n  - {on: replied, then: stop}\n"
CALL = "  - task: call\n    aside: true\n    who: sales\n    title: Call them\n"
AGAIN = """\
  - wait: pause
    for: 3 days
  - do: reminder
    action: mail.send
    with: {to: "{{ quote.email }}", subject: Again, body: Hello}
    title: Remind them
    approve: {by: sales}
    still: quote.status == "sent"
"""
RECORD = """\
  - draft: record
    agent: sales-follow-up
    action: crm.change
    with: {id: "{{ quote.id }}"}
    writes: [value]
    title: Change it
    approve: {by: sales}
"""
LEADS = GOOD.replace("subject:", 'kind: leads\nonce_per: "{{ inputs.quote }}"\nsubject:', 1)
LEADS = LEADS.replace("{type: text}", "{type: text}\n  source: {type: text}")
LEADS = LEADS.replace(
    'id: "{{ inputs.quote }}"}', 'id: "{{ inputs.quote }}"}\n    require: [email]'
)
LEADS += CALL + "exceptions:\n  - {on: failed, then: call}\n"
EMERGENCY = GOOD + CALL + "exceptions:\n  - {on: emergency, words: [fire], then: call}\n"


FOLLOW = GOOD.replace("\nsubject:", HEAD, 1) + AGAIN + ENDS


@pytest.mark.parametrize("text", [GOOD, FOLLOW, GOOD + RECORD, LEADS, EMERGENCY])
def test_with_its_controls_it_is_fine(text: str) -> None:
    """Each of these has what its kind needs."""
    text = text.replace("[table.find, mail.send]", "[table.find, mail.send, crm.change]")
    assert problems(text, actions=REACHING) == ()


@pytest.mark.parametrize(
    ("text", "old", "new", "line", "words"),
    [
        (GOOD, "edit: [body]", "escalate: [], edit: [body]", "approve:", "nobody is asked when"),
        (FOLLOW, 'zone: "{{ quote.zone }}"', 'zone: ""', "- do: reminder", "whose daytime counts"),
        (FOLLOW, ENDS, "", "- do: reminder", "end when they answer"),
        (FOLLOW, "mode: single\n", "", "- do: reminder", "twice at a time"),
        (FOLLOW, '    still: quote.status == "sent"\n', "", "- draft: letter", "needs `still`"),
        (GOOD, "subject:", "kind: [follow-up]\nsubject:", "kind: [follow-up]", "daytime"),
        (LEADS, "\n    require: [email]", "", "kind: leads", "`require`"),
        (LEADS, 'once_per: "{{ inputs.quote }}"\n', "", "kind: leads", "made twice"),
        (LEADS, "\n  source: {type: text}", "", "kind: leads", "where they come from"),
        (
            LEADS,
            "exceptions:\n  - {on: failed, then: call}",
            "exceptions:\n  - {on: replied, then: call}",
            "kind: leads",
            "`failed`",
        ),
        (GOOD + RECORD, "crm.change", "crm.drop", "action: crm.drop", "can't be undone"),
        (
            GOOD + RECORD,
            'with: {id: "{{ quote.id }}"}\n    writes: [value]',
            "writes: [value, id]",
            "writes:",
            "`id` under",
        ),
        (
            EMERGENCY,
            "[fire], then: call",
            "[fire], then: stop}\n  - {on: replied, then: call",
            "- {on: emergency",
            "a person must confirm",
        ),
        (GOOD, "subject:", "kind: urgent\nsubject:", "kind: urgent", "the words it is known by"),
        (GOOD, "subject:", "kind: urgentt\nsubject:", "kind: urgentt", "can't be"),
    ],
)
def test_without_one_of_them_it_is_refused(
    text: str, old: str, new: str, line: str, words: str
) -> None:
    """At the line that makes it needed, with what to write."""
    assert old in text
    allowed = "[table.find, mail.send, crm.change, crm.drop]"
    text = text.replace(old, new, 1).replace("[table.find, mail.send]", allowed)
    shown = text.splitlines()
    said = problems(text, actions=REACHING)
    assert any(line in shown[one.line - 1] and words in one.problem for one in said), said
    assert all(one.hint for one in said)


def test_a_kept_playbook_is_read_without_them() -> None:
    """Runs that are pinned to one go on; only who can still change it is told."""
    text = FOLLOW.replace(ENDS, "")
    assert load_playbook(text, "p.yml", actions=REACHING, reads=READS, agents=AGENTS, company=None)
